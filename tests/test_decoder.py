"""The decoder's parts: tokens, router, language model, channel, lattice, and the counting that trains them."""
import time
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from pipeline.decoder import channel, counting, language, lattice, router, tokens, wordlike
from pipeline.knowledge import vietnamese
from pipeline.training import calibration, confusions, mixing


@pytest.mark.parametrize(
    ("word", "kinds"),
    [("2024,", ["number", "punctuation"]), ("26-CT/TU", ["symbol"]), ("30/2020/NĐ-CP;", ["symbol", "punctuation"]),
     ("(UBND)", ["punctuation", "text", "punctuation"]), ("t&", ["text"]), ("¥", ["text"]), ("d@)ng", ["text"]),
     ("12,5%", ["number"]), ("0,6%o", ["number"]), ("25b", ["symbol"]),
     ("|", ["punctuation"]), ("kinh-tế", ["text", "punctuation", "text"]),
     ("a@b.vn", ["other"]), ("208-KH/TĐTN-PT", ["symbol"]), ("TL.", ["symbol", "punctuation"]),
     ("14B", ["symbol"]), ("S:3I/QD-SYT", ["symbol"]), ("l0/5/2O19,", ["symbol", "punctuation"]),
     ("4G,", ["symbol", "punctuation"]), ("A1-A8", ["symbol"]),
     ("30a", ["symbol"]), ("10a", ["symbol"]), ("a.1)", ["symbol", "punctuation"]), ("a2)", ["symbol", "punctuation"]),
     ("2,54cm", ["number"]), ("6.000m²", ["number"]), ("TK01a", ["symbol"]), ("a6", ["text"]), ("d(6i", ["text"]),
     ("m3/ngay", ["symbol", "punctuation", "text"]), ("k=1,2", ["text", "punctuation", "number"]),
     ("xa(4):", ["text", "punctuation", "number", "punctuation"]),
     ("H6", ["text"]), ("1a", ["text"]),
     ("TUQ.GIAM", ["symbol", "other", "text"]), ("TL", ["text"]), ("K/T", ["symbol"]), ("KH/TDTN-PT", ["symbol"])],
)
def test_cut(word, kinds):
    pieces = tokens.cut(word)
    assert [piece.kind for piece in pieces] == kinds
    assert "".join(piece.text for piece in pieces) == word


@pytest.mark.parametrize(
    ("word", "may_be"),
    [("6", True), ("14,", True), ("(6", True), ("6.", True), ("KV-6", False), ("6)", False), ("-6", False),
     ("6/", False), ("|6", False), ("6-", False), ("6–14", False), ("6;14", False), ("A/6", False),
     ("114", False), ("6,5", False), ("4m,", True), ("5m", False)],
)
def test_only_a_figure_by_itself_may_be_a_word(word, may_be):
    pieces = tokens.cut(word)
    assert any(wordlike.is_wordlike(pieces, place) for place in range(len(pieces))) == may_be


@pytest.mark.parametrize("line", [
    pytest.param("1" * 380 + "+b", id="figures"), pytest.param("a1" * 190 + "~b", id="letters and figures"),
])
def test_a_long_line_without_blanks_is_cut_at_once(line):
    began = time.process_time()
    assert "".join(piece.text for piece in tokens.cut(line)) == line
    assert time.process_time() - began < 1  # it takes 10 ms


def test_labels_only_open_a_line():
    assert tokens.cut("đ)", first=True)[0].kind == "label"
    assert tokens.cut("đ)")[0].kind != "label"


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("Ủy ban nhân dân xã giao các thôn rà soát hộ nghèo và báo cáo kết quả", "clean"),
        ("Ủy ban nhân dân xã giao các thônn rà soát hộ nghểo và báo cáo kếtt quả", "slips"),
        ("Uy ban nhan dan xa giao cac thon ra soat ho ngheo va bao cao ket qua", "unmarked"),
        ("Uy ban nhan dan x4 giao cac thén ra soat h6 ngheo va bdo cdo két qua", "garbled"),
        ("Nhóm Green Valley Sports & Arts của Amanda Wright mở lớp Summer Dance Camp ở nhà văn hóa xã", "slips"),
        ("Tuyén truyén trén website, facebook, zalo, fanpage cua xa; lap camera an ninh; ban hang online va livestream "
         "tai cho", "garbled"),
        ("Tuyen truyen tren facebook livestream va smartphone cua can bo cung nguoi dan trong cac thon ban cua xa",
         "unmarked"),
        ("The committee shall publish its report every year without further delay", "foreign"),
        ("Ke ho4ch phdt tri6n chdn nudi bd sta tr€n dia bdn huyQn, nghQ thu4t trdng c6 vd phdng b6nh", "garbled"),
        ("ugAny Sugnx ueq yueyu 9ep oeYq suonyd ugip ueG eoyy 8x Aex dnyd jatp", "unreadable"),
    ],
)
def test_router(text, condition):
    assert router.judge(router.signs(text.split())) == condition


def test_a_short_paragraph_borrows_from_its_document():
    read = "Uy ban nhan dan x4 giao cac thén ra soat h6 ngheo va bdo cdo két qua"
    garbled = router.signs(read.split())
    assert router.judge(router.signs(["Muc"]), garbled) == "garbled"


@pytest.fixture(scope="module")
def small_model():
    stream = np.random.default_rng(0).integers(0, 12, 4000).astype(np.uint16)
    return language.estimate({order: language.count(stream, order) for order in range(1, 5)}, 12)


def test_probabilities_after_any_context_sum_to_one(small_model):
    contexts = np.repeat(np.array([[3, 4, 5]]), 12, 0)
    assert np.exp(small_model.score(contexts, np.arange(12))).sum() == pytest.approx(1, abs=1e-4)


@pytest.fixture(scope="module")
def other_model():
    stream = np.random.default_rng(9).choice(12, 600, p=np.arange(1, 13) / 78).astype(np.uint16)
    return language.estimate({order: language.count(stream, order) for order in range(1, 5)}, 12)


def test_mixed_models_give_the_mean_of_their_probabilities_wherever_one_knows_the_words(small_model, other_model):
    both = mixing.mixed((small_model, other_model), (0.8, 0.2), (0.5, 0.5), dict.fromkeys((2, 3, 4), 10**6))
    keys = other_model.tables[3].keys[::7]
    rows = np.stack([(keys >> np.uint64(language.BITS * place)).astype(np.int64) & 8191 for place in (3, 2, 1, 0)], 1)
    mean = sum(
        share * np.exp(model.score(rows[:, :3], rows[:, 3]))
        for model, share in ((small_model, 0.8), (other_model, 0.2))
    )
    assert np.exp(both.score(rows[:, :3], rows[:, 3])) == pytest.approx(mean, rel=1e-4)
    contexts = np.repeat(np.array([[3, 4, 5], [11, 10, 9]]), 12, 0)
    found = np.exp(both.score(contexts, np.tile(np.arange(12), 2))).reshape(2, 12)
    assert found.sum(axis=1) == pytest.approx([1, 1], abs=1e-4)


def test_a_pruned_mixture_keeps_what_tells_most_and_still_sums_to_one(small_model, other_model):
    keep = {2: 60, 3: 200, 4: 300}
    both = mixing.mixed((small_model, other_model), (0.8, 0.2), (0.5, 0.5), keep)
    assert len(both.tables[3].keys) == 300
    assert len(both.tables[2].keys) < len(small_model.tables[2].keys)
    assert set(both.tables[3].keys >> np.uint64(language.BITS)) <= set(both.tables[2].keys)
    contexts = np.repeat(np.array([[3, 4, 5]]), 12, 0)
    assert np.exp(both.score(contexts, np.arange(12))).sum() == pytest.approx(1, abs=1e-3)


def test_the_stored_model_scores_the_same(small_model):
    again = language.LanguageModel.from_arrays(small_model.to_arrays())
    contexts = np.random.default_rng(1).integers(0, 12, (50, 3))
    words = np.random.default_rng(2).integers(0, 12, 50)
    assert np.abs(again.score(contexts, words) - small_model.score(contexts, words)).max() < 0.13  # three 8-bit steps


def test_the_stream_knows_numbers_boundaries_and_abbreviations():
    vocabulary = language.Vocabulary((*language.CLASSES, "xã", "hòa"))
    assert vocabulary.stream("Xã HOÀ, 12/QĐ-UBND. UBQH Windows") == [0, 4, 5, 1, 0, 2, 3, 0]


def test_calibration_finds_how_much_too_sure_the_probabilities_were():
    rng = np.random.default_rng(4)
    true_odds = rng.normal(2, 2, 20_000)
    right = rng.random(20_000) < 1 / (1 + np.exp(-true_odds))
    told = 1 / (1 + np.exp(-(true_odds - 0.5) / 0.7))  # wider than the truth
    assert calibration.fitted(told, right.astype(float)) == pytest.approx([0.5, 0.7], abs=0.08)


def test_calibration_of_probabilities_that_tell_next_to_nothing():
    told, right = np.repeat([0.89, 0.5, 1.0, 1.0], 500), np.tile([1.0, 0.0, 1.0, 1.0, 1.0], 400)
    offset, slope = calibration.fitted(told, right)
    assert abs(slope) < 0.1
    assert 1 / (1 + np.exp(-offset)) == pytest.approx(0.8, abs=0.05)


def test_readings_that_no_page_shows_are_possible_in_a_garbled_text_alone():
    counts = {"ế": {"é": 900.0, "e": 60.0}, "t": {"t": 999.0}, "a": {"a": 500.0}, "ở": {"&": 40.0, "o": 60.0}}
    made = {
        name: channel.Channel.learn(name, ("tế", "ta", "tở"), {
            "onset": {"t": counts["t"]}, "rime": {name: counts[name] for name in ("ế", "a", "ở")}, "letter": counts
        })
        for name in ("latin", "vie")
    }
    chance = {name: one.score("t&", (channel.LOWER,))[0] for name, one in made.items()}
    assert chance["latin"][0] > 50 * chance["vie"][0]
    assert chance["latin"][2] > chance["latin"][0] > chance["latin"][1]  # & is a marked vowel
    assert chance["vie"][2] == pytest.approx(chance["latin"][2], rel=0.2)


@pytest.mark.parametrize("seed", range(4))
def test_posteriors_agree_with_all_paths_counted_out(small_model, monkeypatch, seed):
    monkeypatch.setattr(lattice, "MOST_ARCS", 99)
    monkeypatch.setattr(lattice, "FIRST_PASS_KEEP", 0.0)
    monkeypatch.setattr(lattice, "STILL_POSSIBLE", 0.0)
    rng, nodes = np.random.default_rng(seed), 6
    rows = [(n, n + 1, int(rng.integers(4, 12)), -3 * rng.random()) for n in range(nodes - 1) for _ in range(3)]
    rows += [(n, n + 2, int(rng.integers(4, 12)), -5 * rng.random()) for n in range(nodes - 2)]
    # Behind it a boundary, and a second stretch that is walked beside the first.
    rows += [(nodes - 1, nodes, language.BOUNDARY, 0.0)]
    rows += [(n, n + 1, int(rng.integers(4, 12)), -3 * rng.random()) for n in (nodes, nodes + 1) for _ in range(2)]
    rows += [(nodes, nodes + 2, int(rng.integers(4, 12)), -2.0)]
    nodes += 3
    rows.sort(key=lambda row: row[0])
    arcs = lattice.Arcs(*(np.array(column) for column in zip(*rows, strict=True)))
    speech = lattice.Speech(small_model.pairs(), small_model.score_steps, 0.8)
    weighed = lattice.posteriors(arcs, nodes, speech)
    found = weighed.posterior
    mass, total = np.zeros(len(rows)), 0.0

    def walk(node, path, log):
        nonlocal total
        if node == nodes - 1:
            total += np.exp(log)
            mass[path] += np.exp(log)
            return
        for number, (start, end, word, emission) in enumerate(rows):
            if start == node:
                context = np.array([([0, 0, 0] + [rows[place][2] for place in path])[-3:]])
                gain = 0.8 * float(small_model.score(context, np.array([word]))[0])
                walk(end, [*path, number], log + emission + gain)

    walk(0, [], 0.0)
    assert found == pytest.approx(mass / total, abs=1e-9)
    evidence = rng.normal(size=len(rows))
    louder = lattice.Arcs(arcs.start, arcs.end, arcs.word, arcs.emission + evidence)
    anew = lattice.weighed_anew(arcs, weighed, evidence, nodes)
    assert anew == pytest.approx(lattice.posteriors(louder, nodes, speech).posterior, abs=1e-9)
    path = lattice.best_path(arcs, found, nodes)
    assert rows[path[0]][0] == 0
    assert rows[path[-1]][1] == nodes - 1


def test_words_that_nothing_leads_to_any_more_weigh_nothing():
    rows = [(0, 1, 4, 0.0), (0, 7, 5, 0.0), *((n, n + 1, 4 + n, 0.0) for n in range(1, 7))]
    arcs = lattice.Arcs(*(np.array(column) for column in zip(*rows, strict=True)))

    def alike(steps):
        return tuple(np.full(len(found[0]), -1.0, np.float32) for found in (steps.triples, steps.moves))

    weighed = lattice.posteriors(arcs, 8, lattice.Speech(np.full((12, 12), 20, np.uint8), alike, 0.8))
    assert weighed.posterior.all()
    weighed = replace(weighed, posterior=np.array([0.0, *[1.0] * 7]))  # the first of a long side path is hopeless
    anew = lattice.weighed_anew(arcs, weighed, np.zeros(len(rows)), 8)
    assert anew.tolist() == pytest.approx([0, 1, 0, 0, 0, 0, 0, 0])


@pytest.mark.parametrize("word", ["nghiêng", "quyết", "giữa", "ủy", "đảng"])
@pytest.mark.parametrize("case", channel.CASES)
def test_parts_of_a_syllable_join_to_it(word, case):
    assert "".join(channel.cased_parts(word, case)) == channel.cased(word, case)


def test_a_channel_learns_what_was_read():
    pairs = Counter({("tế", "té"): 50, ("tế", "t&"): 5, ("tể", "té"): 5, ("đã", "da"): 50, ("đá", "d4"): 20})
    tables = counting.counted(pairs)
    made = channel.Channel.learn("x", ["tế", "tể", "đã", "đá"], tables)
    made.prepare(["té", "t&", "da"])
    scores = made.score("t&", (channel.LOWER,))[0]
    assert made.syllables[int(scores.argmax())] == "tế"
    assert made.syllables[int(made.score("da", (channel.LOWER,))[0].argmax())] == "đã"
    again = channel.Channel.learn("x", made.syllables, channel.counts("x", channel.to_arrays("x", tables)))
    assert again.score("té") == pytest.approx(made.score("té"))


def test_tokens_are_aligned_over_splits_and_merges():
    true, read = "công tác của cán bộ", "cong taccua can b o"
    groups = list(confusions.align_tokens(true.split(), read.split()))
    assert (("tác", "của"), ("taccua",)) in groups
    assert (("bộ",), ("b", "o")) in groups


def test_training_pairs_leave_punctuation_out():
    assert confusions.strip_pair("“dân,", "“dan,") == ("dân", "dan")
    assert confusions.strip_pair("trữ", "tr?") == ("trữ", "tr?")
    assert confusions.strip_pair("--", "--") is None


def test_every_candidate_is_a_legal_syllable_or_a_name_or_loan_that_text_has():
    from pipeline.decoder.trained import MODEL, load

    others = {word for word in load(MODEL).finder.syllables if not vietnamese.is_syllable(word)}
    assert {"đắk", "lắk", "kạn", "krông", "văcxin"} <= others
    assert not others & {"madrid", "nsưt", "hđnd", "qđ", "m²"}
    assert len(others) < 30


def test_names_that_are_no_syllables_are_read_by_their_letters(restorer):
    read = "Can ctr Lugt Ngan sach, xét dé nghi cua UBND tinh Dik LUk va UBND tinh BAc Kgn"
    assert restorer.restore_text(read).text.endswith("UBND tỉnh Đắk Lắk và UBND tỉnh Bắc Kạn")
