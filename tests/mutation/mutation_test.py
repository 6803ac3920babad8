#!/usr/bin/env python3
"""Each kind of mutant is found where it belongs, what is chosen is repeatable, and the count is right."""
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True

import mutants
import report
import run
import suites

ROOT = pathlib.Path(__file__).resolve().parents[2]


def body(*lines):
    return "void F() {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def found(text, kind=None):
    """What the text would be, of every mutant of a kind."""
    return [m.apply(text) for m in mutants.find("f.cc", text) if kind in (None, m.kind)]


def found_in(line, kind):
    return [text.split("\n")[1].strip() for text in found(body(line), kind)]


class FindTest(unittest.TestCase):
    def test_statements_are_dropped(self):
        self.assertEqual(found_in("count += 1;", "statement"), [";"])
        self.assertEqual(found_in("if (full) Drop(a, {b, c});", "statement"), ["if (full) ;"])
        self.assertEqual(found_in("else ++count;", "statement"), ["else ;"])
        self.assertEqual(found_in("for (int i = 0; i < n; ++i) Add(i);", "statement"),
                         ["for (int i = 0; i < n; ++i) ;"])
        self.assertEqual(found(body("Add(1,", "    2);"), "statement"), [body("; ").replace("; ", ";")])

    def test_what_declares_or_leaves_stays(self):
        for line in ("int a = 1;", "std::vector<int> a;", "const auto [a, b] = F();", "return a;",
                     "State& state = states[i];", "a.reserve(n);", "using Seconds = double;",
                     "std::map<int, int>::iterator at = F();"):
            self.assertEqual(found_in(line, "statement"), [], line)

    def test_only_what_runs_is_changed(self):
        for text in ("constexpr int kA = 1 + 2;\n", "struct A {\n  int a = 1 - 1;\n  int B();\n};\n",
                     "// a < b\n#define A(x) (x < 1)\n", body('Log("a < b");')[:9] + "\n",
                     body("assert(a < b);")):
            self.assertEqual(found(text), [], text)
        self.assertEqual(found_in('x = Text("a < b") + 1;', "boundary"), [])
        self.assertEqual(len(found("struct A {\n  bool B() const { return a < b; }\n};\n")), 1)

    def test_boundaries_and_comparisons(self):
        self.assertEqual(found_in("return a < b;", "boundary"), ["return a <= b;"])
        self.assertEqual(found_in("return a >= b;", "boundary"), ["return a > b;"])
        self.assertEqual(found_in("return a == b;", "equality"), ["return a != b;"])
        self.assertEqual(found_in("std::vector<int> a = F<int>(b);", "boundary"), [])

    def test_arithmetic_logic_and_answers(self):
        self.assertEqual(found_in("return a + b;", "arithmetic"), ["return a - b;"])
        self.assertEqual(found_in("--a;", "arithmetic"), ["++a;"])
        self.assertEqual(found_in("return a && b;", "logic"), ["return a || b;"])
        self.assertEqual(found_in("for (auto&& a : b) F(a);", "logic"), [])
        self.assertEqual(found_in("return true;", "answer"), ["return false;"])
        self.assertEqual(found_in("return std::min(a, b);", "minmax"), ["return std::max(a, b);"])

    def test_conditions_are_negated_but_for_a_sole_comparison(self):
        self.assertEqual(found_in("if (full()) return;", "condition"), ["if (!(full())) return;"])
        self.assertEqual(found_in("if (S s = F(); !s.ok()) return;", "condition"),
                         ["if (S s = F(); !(!s.ok())) return;"])
        self.assertEqual(found_in("while (a < b) F();", "condition"), ["while (!(a < b)) F();"])
        self.assertEqual(found_in("if (a == b) return;", "condition"), [])
        self.assertEqual(found_in("if (const auto a = F()) return;", "condition"), [])

    def test_jumps_only_in_loops(self):
        self.assertEqual(found_in("for (;;) if (a) break;", "jump"), ["for (;;) if (a) continue;"])
        self.assertEqual(found(body("while (a) {", "  continue;", "}"), "jump"),
                         [body("while (a) {", "  break;", "}")])
        self.assertEqual(found(body("for (;;) {", "  switch (a) {", "    case 1:", "      break;",
                                    "  }", "}"), "jump"), [])

    def test_equal_lines_have_names_of_their_own(self):
        names = [m.name for m in mutants.find("f.cc", body("F();", "F();"))]
        self.assertEqual(names, ["statement: F(); => (dropped)",
                                 "statement: F(); => (dropped) (no. 2)"])


class ChooseTest(unittest.TestCase):
    found = mutants.find("f.cc", body(*(f"a{i} = b{i} < c{i};" for i in range(40))))

    def test_the_seed_decides(self):
        first = run.choose(self.found, 10, 1)
        self.assertEqual(first, run.choose(list(reversed(self.found)), 10, 1))
        self.assertNotEqual(first, run.choose(self.found, 10, 2))
        self.assertEqual(sorted(first, key=lambda m: (m.at, m.kind)),
                         sorted(self.found, key=lambda m: (m.at, m.kind)))

    def test_a_change_elsewhere_changes_no_choice(self):
        longer = mutants.find("f.cc", "// more\n" + body(*(f"a{i} = b{i} < c{i};"
                                                         for i in range(40))))
        self.assertEqual([m.name for m in run.choose(self.found, 10, 1)],
                         [m.name for m in run.choose(longer, 10, 1)])

    def test_every_kind_has_its_share(self):
        kinds = {m.kind for m in run.choose(self.found, 18, 1)[:2]}
        self.assertEqual(kinds, {"statement", "boundary"})


class ReportTest(unittest.TestCase):
    def entry(self, kind, outcome, file="f.cc"):
        return {"file": file, "kind": kind, "outcome": outcome, "name": f"{kind}: a => b",
                "line": 1, "digest": "x"}

    def test_the_table_counts_by_file_and_kind(self):
        entries = [self.entry("jump", "failed"), self.entry("jump", "passed"),
                   self.entry("logic", "time-out", "g.cc")]
        rows = [line.split() for line in report.table(entries).split("\n")]
        self.assertEqual(rows, [["file", "logic", "jump", "all"], ["f.cc", "1/2", "1/2"],
                                ["g.cc", "1/1", "1/1"], ["all", "1/1", "1/2", "2/3"]])

    def test_a_run_goes_on_where_it_was(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "results.jsonl")
            one, two = mutants.find("f.cc", body("F();", "G();"))
            results = report.Results(path)
            results.add(one, "d", "failed", 1.0, "unit_core")
            results.add(two, "d", "passed", 1.0, "unit_core")
            with open(path, "a", encoding="utf-8") as out:
                out.write('{"file": "cut o')
            again = report.Results(path)
            self.assertEqual(again.find(one, "d")["outcome"], "failed")
            self.assertIsNone(again.find(one, "other text"))
            self.assertIsNone(again.find(two, "d"), "who survived is tried again")

    def test_the_verdict(self):
        noticed = [self.entry("jump", "failed")] * 19
        survivor = self.entry("logic", "passed")
        key = (survivor["file"], survivor["name"])
        self.assertEqual(run.conclude(noticed + [survivor], {key: "equal"}), 0)
        self.assertEqual(run.conclude(noticed + [survivor], {}), 1)
        self.assertEqual(run.conclude([survivor], {key: "equal"}), 1)

    def test_every_explanation_is_of_a_mutant_that_is_there(self):
        explained = report.read_explained(ROOT / "tests" / "mutation" / "explained.txt")
        for file, name in explained:
            text = (ROOT / file).read_text(encoding="utf-8")
            self.assertIn(name, [m.name for m in mutants.find(file, text)], file)


class SuitesTest(unittest.TestCase):
    def test_every_pattern_and_every_file_has_what_it_needs(self):
        for pattern in suites.FILES:
            self.assertTrue(list(ROOT.glob(pattern)), pattern)
        for file in suites.LEFT_OUT:
            self.assertTrue((ROOT / file).is_file(), file)
        for file in suites.files(ROOT):
            self.assertTrue(suites.suites_of(file))
            self.assertTrue(mutants.find(file, (ROOT / file).read_text(encoding="utf-8"))
                            or file.endswith(".h"), file)

    def test_the_filter_names_the_tests_of_its_sources(self):
        names = suites.suites_of("cli/tuning/tuner.cc")[0].filter(ROOT)
        self.assertIn("RiskBound.*", names.split(":"))
        self.assertNotIn("BrokerCheckTest.*", names.split(":"))
        self.assertEqual(suites.suites_of("wire/mqtt/outbox.cc")[0].filter(ROOT), "*")


if __name__ == "__main__":
    unittest.main(verbosity=0)
