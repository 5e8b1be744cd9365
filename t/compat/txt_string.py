import string
import textwrap

s = "The quick brown fox jumps over the lazy dog"
print(textwrap.fill(s, 20), textwrap.shorten(s, 15), sep="\n")
print(textwrap.dedent("    a\n      b\n"), end="")
print(s.title().swapcase(), s.partition(" "), s.translate(str.maketrans("o", "0")))
print(string.Template("$a and ${b}").substitute(a=1, b=2), string.punctuation)
print("a,b,,c".split(","), " x ".strip(), "abc".zfill(6), "a\tb".expandtabs(4))
"abc".index("z")
