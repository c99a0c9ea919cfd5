() => {
  // Text that stands out too little from what is behind it (WCAG 2.2, 1.4.3), and controls without a name (4.1.2).
  const channels = colour => (colour.match(/[\d.]+/g) || []).map(Number);
  const over = (top, below) => {
    const alpha = top[3] === undefined ? 1 : top[3];
    return [0, 1, 2].map(i => top[i] * alpha + below[i] * (1 - alpha));
  };
  const behind = element => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour.length) layers.push(colour);
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
  };
  const opacity = element => {
    let all = 1;
    for (let at = element; at; at = at.parentElement) all *= Number(getComputedStyle(at).opacity);
    return all;
  };
  const luminance = colour => {
    const [r, g, b] = colour.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const shown = element => {
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    return style.visibility !== "hidden" && box.width > 0 && box.height > 0;
  };
  const faults = [];
  const told = new Set();
  const fault = (what, element) => {
    const name = `${what}: ${element.tagName.toLowerCase()}${element.id ? "#" + element.id : ""}.${element.className}`;
    if (!told.has(name)) { told.add(name); faults.push(`${name} “${(element.textContent || "").trim().slice(0, 30)}”`); }
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let texts = 0;
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || ["SCRIPT", "STYLE", "OPTION"].includes(element.tagName) || !shown(element)) continue;
    if (element.closest(":disabled")) continue;
    texts += 1;
    const style = getComputedStyle(element), below = behind(element);
    const ink = channels(element instanceof SVGElement ? style.fill : style.color);
    ink[3] = (ink[3] === undefined ? 1 : ink[3]) * opacity(element);
    const [low, high] = [luminance(over(ink, below)), luminance(below)].sort((a, b) => a - b);
    const ratio = (high + 0.05) / (low + 0.05), size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) fault(`contrast ${ratio.toFixed(2)}`, element);
  }
  for (const control of document.querySelectorAll("a[href], button, input, select, textarea")) {
    if (!shown(control) || control.type === "hidden") continue;
    const named = control.getAttribute("aria-label") || control.title || control.placeholder || control.textContent.trim()
      || (control.labels && control.labels.length && control.labels[0].textContent.trim())
      || (control.querySelector("img[alt]") || {}).alt;
    if (!named) fault("no name", control);
    if (control.tabIndex > 0) fault("out of the order of the page", control);
  }
  for (const image of document.querySelectorAll("img:not([alt])")) if (shown(image)) fault("no alt", image);
  if (!document.documentElement.lang) faults.push("no language");
  return {texts, faults};
}
