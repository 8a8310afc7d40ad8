# SPDX-License-Identifier: GPL-2.0
"""Makes mutants of C sources: small faults, each at one place."""

import collections
import re

# One mutant: from START to END of the text of FILE stands NEW. WHERE is the
# function it is in, LINE its text, WHAT the change in words: together they name it.
Mutant = collections.namedtuple("Mutant", "file start end new where line what number")
Token = collections.namedtuple("Token", "kind text start end")

TOKEN = re.compile(r"""
    (?P<skip>\s+|//[^\n]*|/\*.*?\*/|\\\n)
  | (?P<directive>\#[^\n]*(?:\\\n[^\n]*)*)
  | (?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
  | (?P<number>\b\d\w*)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<sign><<=|>>=|\+\+|--|&&|\|\||<<|>>|<=|>=|==|!=|[-+*/%&|^]=|->|.)
""", re.VERBOSE | re.DOTALL)

SIGNS = {
    "<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"),
    "==": ("!=",), "!=": ("==",), "&&": ("||",), "||": ("&&",),
    "+": ("-",), "-": ("+",), "*": ("/",), "%": ("/",), "&": ("|", "^"), "|": ("&",),
    "^": ("|", "&"), "<<": (">>",), ">>": ("<<",), "++": ("--",), "--": ("++",),
    "+=": ("-=",), "-=": ("+=",), "|=": ("&=", "="), "&=": ("|=", "="),
}
# A sign after one of these has an operand on its left.
VALUE_ENDS = {"name", "number"}
KEYWORDS = {"return", "case", "sizeof", "if", "while", "for", "switch", "else", "do"}
TYPES = {"u8", "u16", "u32", "u64", "bool", "char", "int", "unsigned", "const", "void", "struct",
         "enum", "static", "inline", "size_t"}
WORDS = {
    "true": ("false",), "false": ("true",), "bg_earlier": ("bg_later",),
    "bg_later": ("bg_earlier",), "BG_NEVER": ("0",), "U64_MAX": ("0",),
}
FAMILIES = (
    ("BG_LINES_DISCHARGE", "BG_LINES_CHARGE", "BG_LINES_LOW_CELL", "BG_LINES_REMOTE"),
    ("BG_LINE_DISCHARGE", "BG_LINE_CHARGE", "BG_LINE_LOW_CELL", "BG_LINE_REMOTE_L",
     "BG_LINE_REMOTE_H"),
    ("BG_MS", "BG_SEC"),
    ("BG_SETTLE_NS", "BG_POLL_NS", "BG_BLINK_NS", "BG_HEARTBEAT_NS"),
)


def tokens_of(text):
    """All tokens but blanks and comments; of directives, those of a #define's value."""
    found = []
    for match in TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "skip":
            continue
        if kind == "directive":
            value = re.match(r"#define\s+(?!BATTGUARD_)\w+(?:\([^)]*\))?[ \t]+(?=\S)",
                             match.group())
            if value:
                found.append(Token("define", match.group(), match.start(), match.end()))
                for inner in TOKEN.finditer(match.group(), value.end()):
                    if inner.lastgroup != "skip":
                        found.append(Token(inner.lastgroup, inner.group(),
                                           match.start() + inner.start(),
                                           match.start() + inner.end()))
                found.append(Token("defined", "", match.end(), match.end()))
            continue
        found.append(Token(kind, match.group(), match.start(), match.end()))
    return found


def families_of(texts):
    """{name: (other names of its enum)}; of a state, all others, else the next."""
    families = {}
    for members in FAMILIES:
        for at, name in enumerate(members):
            families[name] = (members[(at + 1) % len(members)],)
    for text in texts:
        for name, body in re.findall(r"enum (bg_\w+) \{(.*?)\}", text, re.DOTALL):
            members = [word for word in re.findall(r"\bBG_\w+", body) if "_NR_" not in word]
            for at, member in enumerate(members):
                others = members if name == "bg_state" else [members[(at + 1) % len(members)]]
                families[member] = tuple(other for other in others if other != member)
    return families


class Source:
    """A file, and the mutants of it."""

    def __init__(self, file, text, families):
        self.file = file
        self.text = text
        self.families = families
        self.tokens = tokens_of(text)
        self.pairs = self._match()
        self.functions = self._find_functions()
        self.found = []

    def _match(self):
        """{place of an opening bracket: place of its closing one}, and back."""
        pairs, open_at = {}, []
        for at, token in enumerate(self.tokens):
            if token.text in ("(", "[", "{"):
                open_at.append(at)
            elif token.text in (")", "]", "}") and open_at:
                pairs[at] = open_at.pop()
                pairs[pairs[at]] = at
        return pairs

    def _find_functions(self):
        """[(place of {, place of }, name)] of all functions."""
        functions = []
        for at, token in enumerate(self.tokens):
            if token.text != "{" or at not in self.pairs or not at:
                continue
            if any(start < at < end for start, end, _ in functions):
                continue
            if self.tokens[at - 1].text == ")":
                name = self.tokens[self.pairs[at - 1] - 1]
                if name.kind == "name":
                    functions.append((at, self.pairs[at], name.text))
        return functions

    def _inside(self, at):
        for start, end, name in self.functions:
            if start < at < end:
                return name
        return None

    def _add(self, first, last, new, what):
        """The tokens from FIRST to LAST become NEW."""
        start, end = self.tokens[first].start, self.tokens[last].end
        begin = self.text.rfind("\n", 0, start) + 1
        line = " ".join(self.text[begin:self.text.find("\n", start)].split())
        self.found.append((start, end, new, self._inside(first) or "-", line, what))

    def _part(self, first, last):
        return " ".join(self.text[self.tokens[first].start:self.tokens[last].end].split())

    def _binary(self, at):
        """Has the sign a value on its left, that is no type?"""
        before = self.tokens[at - 1]
        if before.text in (")", "]"):
            return True
        if before.kind not in VALUE_ENDS or before.text in KEYWORDS | TYPES:
            return False
        return self.tokens[at - 2].text not in ("struct", "enum", "const")

    def _operand(self, at, step):
        """The far end of an operand of the && or || at a place."""
        stops = {"&&", "||", ",", ";", "?", ":", "=", "return", "{", "}", "|=", "&=", "#"}
        closing = ("(", "[", "{") if step > 0 else (")", "]", "}")
        while True:
            token = self.tokens[at + step]
            if token.text in stops or token.kind in ("define", "defined"):
                return at
            if token.text in closing:
                at = self.pairs[at + step]
            elif token.text in ("(", ")", "[", "]"):
                return at
            else:
                at += step

    def _signs(self, at, token):
        if token.text in SIGNS and (token.text in ("++", "--") or self._binary(at)):
            for new in SIGNS[token.text]:
                self._add(at, at, new, f"{token.text} -> {new}")
        if token.text in ("!", "~"):
            self._add(at, at, "", f"{token.text} dropped")
        if token.text in ("&&", "||"):
            neutral = "1" if token.text == "&&" else "0"
            for step, side in ((-1, "left"), (1, "right")):
                far = self._operand(at, step)
                first, last = (far, at - 1) if step < 0 else (at + 1, far)
                self._add(first, last, neutral, f"{side} of {token.text} dropped")
        if token.text == "?":
            first = self._operand(at, -1)
            while self.tokens[first - 1].text in ("&&", "||"):
                first = self._operand(first - 1, -1)
            self._add(first, at - 1, f"!({self._part(first, at - 1)})", "? negated")

    def _values(self, at, token):
        before = self.tokens[at - 1].text
        if token.kind == "number":
            digits = re.match(r"(0[xX][0-9a-fA-F]+|\d+)([uUlL]*)$", token.text)
            value, suffix = int(digits[1], 0), digits[2]
            for new in dict.fromkeys((value + 1, value - 1, 0)):
                if new != value and new >= 0:
                    self._add(at, at, f"{new}{suffix}", f"{token.text} -> {new}{suffix}")
        elif token.kind == "name" and before not in (".", "->"):
            for new in WORDS.get(token.text, ()) + self.families.get(token.text, ()):
                self._add(at, at, new, f"{token.text} -> {new}")

    def _conditions(self, at, token):
        if token.text in ("if", "while") and self.tokens[at + 1].text == "(":
            end = self.pairs[at + 1]
            self._add(at + 2, end - 1, f"!({self._part(at + 2, end - 1)})",
                      f"{token.text} negated")
        if token.text == "for":
            end = self.pairs[at + 1]
            marks = [n for n in range(at + 2, end) if self.tokens[n].text == ";"]
            self._add(marks[0] + 1, marks[1] - 1, "0", "loop never entered")
        if token.text == "return" and self.tokens[at + 1].text != ";":
            end = self._statement_end(at)
            value = self._part(at + 1, end - 1)
            self._add(at + 1, end - 1, f"!({value})", "result negated")
            if value not in ("0", "NULL"):
                self._add(at + 1, end - 1, "0", "result is 0")

    def _statement_end(self, at):
        while self.tokens[at].text != ";":
            at = self.pairs[at] + 1 if self.tokens[at].text in ("(", "[", "{") else at + 1
        return at

    def _statements(self, at, token):
        """Delete statements, and entries of an initialiser."""
        before = self.tokens[at - 1].text
        if before == ")" and self.pairs.get(at - 1):
            starts = self.tokens[self.pairs[at - 1] - 1].text in ("if", "for", "while")
        else:
            starts = before in (";", "{", "}", ":", "else")
        if token.text == "." and before in ("{", ",") and self.tokens[at + 2].text == "=":
            end = at
            while self.tokens[end].text not in (",", "}"):
                end = self.pairs[end] + 1 if self.tokens[end].text in ("(", "[", "{") else end + 1
            if self.tokens[end].text == ",":
                self._add(at, end, "", "entry deleted")
            return
        if not starts or token.text in TYPES or token.kind == "define":
            return
        if token.text in ("break", "continue", "return"):
            self._add(at, self._statement_end(at), ";", "statement deleted")
        elif token.text in ("*", "(") or token.kind == "name":
            if token.text in KEYWORDS | {"default"} or self.tokens[at + 1].kind == "name":
                return
            end = self._statement_end(at)
            words = {self.tokens[n].text for n in range(at, end)}
            if words & {"=", "|=", "&=", "+=", "-=", "++", "--"} or \
                    self.tokens[end - 1].text == ")":
                self._add(at, end, ";", "statement deleted")

    def _arguments(self, at, token):
        """Swap neighbours among the arguments of a call."""
        if token.kind != "name" or self.tokens[at + 1].text != "(" or \
                token.text in KEYWORDS or self.tokens[at - 1].kind == "name" or \
                token.text in ("bg_earlier", "bg_later", "bg_after"):
            return
        starts, n, end = [at + 2], at + 2, self.pairs[at + 1]
        while n < end:
            if self.tokens[n].text in ("(", "[", "{"):
                n = self.pairs[n]
            elif self.tokens[n].text == ",":
                starts.append(n + 1)
            n += 1
        starts.append(end + 1)
        for left, mid, right in zip(starts, starts[1:], starts[2:]):
            a, b = self._part(left, mid - 2), self._part(mid, right - 2)
            self._add(left, right - 2, f"{b}, {a}", f"{a} and {b} swapped")

    def mutants(self):
        """All mutants, in the order of the text."""
        defined = False
        for at, token in enumerate(self.tokens):
            if token.kind in ("define", "defined"):
                defined = token.kind == "define"
                continue
            if not defined and not self._inside(at) and not self._table(at):
                continue
            self._signs(at, token)
            self._values(at, token)
            if not defined:
                self._conditions(at, token)
                self._statements(at, token)
                self._arguments(at, token)
        return self._number()

    def _table(self, at):
        """In the initialiser of a table outside of functions?"""
        return any(start < at < end for start, end in self.pairs.items()
                   if start < end and self.tokens[start].text == "{"
                   and self.tokens[start - 1].text == "=")

    def _number(self):
        """Distinguish mutants of one line that would have the same name."""
        seen = collections.Counter()
        numbered = []
        for start, end, new, where, line, what in sorted(set(self.found)):
            key = (where, line, what)
            seen[key] += 1
            numbered.append(Mutant(self.file, start, end, new, *key, seen[key]))
        return numbered


def mutants_of(texts):
    """All mutants of {name of a file: its text}."""
    families = families_of(texts.values())
    return [mutant for file, text in texts.items()
            for mutant in Source(file, text, families).mutants()]


def name_of(mutant):
    """What names a mutant, as long as its line stays as it is."""
    number = f" #{mutant.number}" if mutant.number > 1 else ""
    return f"{mutant.file}: {mutant.where}: {mutant.line} | {mutant.what}{number}"
