"use strict";
// The scan: one page at a time, zoomed, turned, dragged; places on it are given in points and light up.
// Up to BASE_DPI the page is one image; beyond that, sharper squares are laid over what is in sight.

const TILE = 1024;
const WHOLE = [100, 150, 200];
const SHARP = [300, 400, 600];

class Viewer {
  constructor(key, view, sheet, strip, onPoint, onPage) {
    Object.assign(this, { key, view, sheet, strip, onPoint, onPage });
    this.pages = [];
    this.number = 0;
    this.zoom = 0;
    this.turns = new Map();
    this.image = desk.make("img", { alt: "", draggable: "false" });
    this.image.addEventListener("error", () => { this.sheet.classList.add("empty"); this.onImage?.(false); });
    this.image.addEventListener("load", () => { this.sheet.classList.remove("empty"); this.onImage?.(true); });
    this.tiles = desk.make("div", { class: "tiles" });
    this.marks = desk.make("div", { class: "marks" });
    sheet.append(this.image, this.tiles, this.marks);
    view.addEventListener("scroll", () => this.sharpen());
    view.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.zoomBy(event.deltaY < 0 ? 1.2 : 1 / 1.2);
    }, { passive: false });
    this.drag();
    new ResizeObserver(() => { if (this.fitted) this.fit(); }).observe(view);
  }

  setPages(pages) {
    this.pages = pages;
    this.strip.replaceChildren(...pages.map((page) => desk.make("button", {
      class: page.status === "failed" ? "thumb failed" : "thumb", data: { page: page.number },
      on: { click: () => this.open(page.number) },
    }, page.origin === "text-file" ? null : desk.make("img", { src: `/d/${this.key}/scan/${page.number}/50`, alt: "", loading: "lazy" }),
    desk.make("span", { text: page.number }))));
  }

  get page() {
    return this.pages.find((page) => page.number === this.number);
  }

  get turn() {
    return this.turns.get(this.number) ?? this.page.turn;
  }

  open(number, keep) {
    const page = this.pages.find((one) => one.number === number);
    if (!page || (number === this.number && !keep)) return;
    const fresh = number !== this.number;
    this.number = number;
    if (fresh) {
      this.marks.replaceChildren();
      this.sheet.classList.add("empty"); // no words of this page over the image of the last one
    }
    for (const thumb of this.strip.children) thumb.classList.toggle("here", Number(thumb.dataset.page) === number);
    this.strip.querySelector(".here")?.scrollIntoView({ block: "nearest" });
    if (!this.zoom || this.fitted) this.fit();
    else this.lay();
    if (fresh) this.view.scrollTo(0, 0);
    this.onPage(number);
  }

  fit() {
    if (!this.page) return;
    const sideways = this.turn % 180 !== 0;
    const width = sideways ? this.page.height : this.page.width;
    this.fitted = true;
    this.zoom = Math.max(0.2, (this.view.clientWidth - 18) / width);
    this.lay();
  }

  zoomBy(factor) {
    const { view } = this;
    const across = (view.scrollLeft + view.clientWidth / 2) / view.scrollWidth;
    const down = (view.scrollTop + view.clientHeight / 2) / view.scrollHeight;
    this.fitted = false;
    this.zoom = Math.max(0.2, Math.min(12, this.zoom * factor));
    this.lay();
    view.scrollLeft = across * view.scrollWidth - view.clientWidth / 2;
    view.scrollTop = down * view.scrollHeight - view.clientHeight / 2;
  }

  rotate() {
    this.turns.set(this.number, (this.turn + 90) % 360);
    if (this.fitted) this.fit();
    else this.lay();
  }

  // Size and turn of the sheet, the image for this zoom, the marks.
  lay() {
    const { page, zoom, sheet } = this;
    const width = page.width * zoom;
    const height = page.height * zoom;
    sheet.style.width = `${width}px`;
    sheet.style.height = `${height}px`;
    const moves = { 0: "", 90: `translate(${height}px, 0) rotate(90deg)`, 180: `translate(${width}px, ${height}px) rotate(180deg)`,
      270: `translate(0, ${width}px) rotate(270deg)` };
    sheet.style.transform = moves[this.turn];
    sheet.style.marginRight = this.turn % 180 ? `${height - width}px` : "0";
    sheet.style.marginBottom = this.turn % 180 ? `${width - height}px` : "0";
    if (page.origin === "text-file") { // there is nothing to draw
      this.image.removeAttribute("src");
      this.sharp = 0;
      this.onZoom?.(Math.round(zoom * 72));
      return;
    }
    const wanted = zoom * 72 * (window.devicePixelRatio || 1);
    const dpi = WHOLE.find((step) => step >= wanted * 0.9) || WHOLE.at(-1);
    const source = `/d/${this.key}/scan/${page.number}/${dpi}`;
    if (this.image.getAttribute("src") !== source) this.image.setAttribute("src", source);
    this.sharp = wanted > WHOLE.at(-1) * 1.1 ? SHARP.find((step) => step >= wanted * 0.9) || SHARP.at(-1) : 0;
    this.tiles.replaceChildren();
    this.laid = new Set();
    for (const mark of this.marks.children) this.place(mark);
    this.sharpen();
    this.onZoom?.(Math.round(zoom * 72));
  }

  sharpen() {
    if (!this.sharp || this.page.status === "failed") return;
    const { zoom, sharp, page } = this;
    const size = (TILE / sharp) * 72;
    const seen = this.inSight();
    for (let row = Math.floor(Math.max(0, seen.top) / size); row * size < Math.min(seen.bottom, page.height); row += 1) {
      for (let column = Math.floor(Math.max(0, seen.left) / size); column * size < Math.min(seen.right, page.width); column += 1) {
        const name = `${column}/${row}`;
        if (this.laid.has(name)) continue;
        this.laid.add(name);
        const tile = desk.make("img", { alt: "", draggable: "false", src: `/d/${this.key}/tile/${page.number}/${sharp}/${name}` });
        tile.style.left = `${column * size * zoom}px`;
        tile.style.top = `${row * size * zoom}px`;
        tile.addEventListener("load", () => {
          tile.style.width = `${(tile.naturalWidth / sharp) * 72 * zoom}px`;
          tile.style.height = `${(tile.naturalHeight / sharp) * 72 * zoom}px`;
        });
        tile.addEventListener("error", () => tile.remove());
        this.tiles.append(tile);
      }
    }
  }

  // The part of the page that can be seen, in points.
  inSight() {
    const view = this.view.getBoundingClientRect();
    const corners = [[view.left, view.top], [view.right, view.bottom]].map(([x, y]) => this.point(x, y));
    return {
      left: Math.min(corners[0][0], corners[1][0]), right: Math.max(corners[0][0], corners[1][0]),
      top: Math.min(corners[0][1], corners[1][1]), bottom: Math.max(corners[0][1], corners[1][1]),
    };
  }

  // A place on the screen as a place on the page, in points, whatever way the page is turned.
  point(x, y) {
    const sheet = this.sheet.getBoundingClientRect();
    const across = (x - sheet.left) / this.zoom;
    const down = (y - sheet.top) / this.zoom;
    const { width, height } = this.page;
    return { 0: [across, down], 90: [down, height - across], 180: [width - across, height - down], 270: [width - down, across] }[this.turn];
  }

  place(mark) {
    const [left, top, right, bottom] = mark.box;
    const { zoom } = this;
    mark.style.left = `${left * zoom - 2}px`;
    mark.style.top = `${top * zoom - 2}px`;
    mark.style.width = `${(right - left) * zoom + 4}px`;
    mark.style.height = `${(bottom - top) * zoom + 4}px`;
  }

  light(boxes, kind) {
    for (const old of [...this.marks.children]) if (old.classList.contains(kind)) old.remove();
    for (const box of boxes) {
      const mark = desk.make("div", { class: `mark ${kind}` });
      mark.box = box;
      this.place(mark);
      this.marks.append(mark);
    }
  }

  show(number, box) {
    this.open(number);
    this.light(box ? [box] : [], "lit");
    const mark = this.marks.querySelector(".lit");
    if (!mark) return;
    const place = mark.getBoundingClientRect();
    const view = this.view.getBoundingClientRect();
    if (place.top < view.top + 40 || place.bottom > view.bottom - 40 || place.left < view.left || place.right > view.right) {
      this.view.scrollTop += place.top - view.top - view.height / 3;
      this.view.scrollLeft += place.left - view.left - view.width / 3;
    }
  }

  drag() {
    let from = null;
    this.view.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      from = { x: event.clientX, y: event.clientY, left: this.view.scrollLeft, top: this.view.scrollTop, moved: false };
    });
    this.view.addEventListener("pointermove", (event) => {
      if (!from) return;
      const [across, down] = [event.clientX - from.x, event.clientY - from.y];
      if (Math.abs(across) + Math.abs(down) > 5) from.moved = true;
      if (!from.moved) return;
      this.view.scrollLeft = from.left - across;
      this.view.scrollTop = from.top - down;
    });
    window.addEventListener("pointerup", (event) => {
      if (from && !from.moved && this.sheet.contains(event.target)) {
        const [x, y] = this.point(event.clientX, event.clientY);
        this.onPoint(this.number, x, y);
      }
      from = null;
    });
  }
}
