use strict;
use warnings;

# Characters that matplotlib's default font lacks are drawn with other fonts.
# Those of this suite have one each, in a plane for private use.

use lib 't';
use Pyexec;
use Pyexec::Daemon;
use Test::More;

my $dir = "$ENV{TEST_NGINX_WORKSPACE}-fonts";
mkdir $dir or die;
chmod 0755, $dir;
END { system 'rm', '-rf', $dir if $dir }

my $MAKE = <<'END_OF_PYTHON';
import sys
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

pen = TTGlyphPen(None)
pen.moveTo((0, 0))
pen.lineTo((0, 900))
pen.lineTo((900, 0))
pen.closePath()
glyph = pen.glyph()

for style, *characters in ("Regular", 0xF1234, 0x1F8FE), ("Italic", 0xF1235):
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "test"])
    builder.setupCharacterMap(dict.fromkeys(characters, "test"))
    builder.setupGlyf({".notdef": glyph, "test": glyph})
    builder.setupHorizontalMetrics({".notdef": (950, 0), "test": (950, 0)})
    builder.setupHorizontalHeader(ascent=900, descent=-100)
    builder.setupNameTable({"familyName": "Test " + style,
                            "styleName": style})
    builder.setupOS2(sTypoAscender=900, usWinAscent=900, usWinDescent=100)
    builder.setupPost()
    builder.save("%s/%s.ttf" % (sys.argv[1], style))
END_OF_PYTHON

system("$ENV{TEST_NGINX_PYTHON}/bin/python3", '-c', $MAKE, $dir) == 0
    or die "no fonts: $?";

sub store {
    my ($name, $text) = @_;
    open my $file, '>', "$dir/$name" or die "$name: $!";
    print $file $text;
}

store('broken.ttf', 'no font');
store('settings', "figure.dpi: 77\naxes.titlecolor: red\nfont.size: many\n");
store('closed', '');
chmod 0, "$dir/closed";

my $with = "workers=1 fonts=$dir matplotlibrc=$dir/settings";

sub is_drawn {
    my ($d, $code, $name) = @_;
    my $run = $d->post("import matplotlib.pyplot as plt\n$code");
    is($run->{status}, 'ok', $name);
    is($run->{stderr}, '', "$name: none is missing");
    return $run->{stdout};
}

my $d = Pyexec::Daemon->new(workers => 1, pool => "$with preload=seaborn,matplotlib.pyplot");

is_drawn($d, <<'END', 'what the default font lacks, in files of all kinds');
plt.title("a \U000f1234", fontweight="bold")
plt.xlabel("\U000f1234", family="serif")
plt.annotate("\U000f1234", (0, 0))
plt.plot([1], label="\U000f1234")
plt.legend(framealpha=1)
for kind in "png", "svg", "pdf", "jpg", "eps":
    plt.savefig("a." + kind)
END

is_drawn($d, <<'END', 'in formulas');
plt.title("$\\alpha_{\U0001f8fe}$")
for kind in "png", "svg", "pdf":
    plt.savefig("a." + kind)
END

is_drawn($d, <<'END', 'in the styles of others');
import pandas, seaborn
seaborn.set_theme()
frame = pandas.DataFrame({"\U000f1234": [1, 2]}, index=["\U000f1234", "b"])
frame.plot(kind="bar", title="\U000f1234").figure.savefig("a.png")
plt.style.use("ggplot")
seaborn.barplot(frame).figure.savefig("b.png")
END

is(is_drawn($d, <<'END', 'a font is only added'), <<'END', 'where the default one lacks a character');
from matplotlib.font_manager import fontManager, FontProperties
def fonts():
    return [name.rpartition("/")[2] for name in fontManager._find_fonts_by_props(FontProperties())]
plt.title("\u00e9\u0416\u05d0")
print(plt.rcParams["font.family"], fonts())
plt.title("\U000f1235 \U000f1234")
print(len(fonts()), fonts()[0])
END
['sans-serif'] ['DejaVuSans.ttf']
3 DejaVuSans.ttf
END

like($d->post(<<'END')->{stderr}, qr/\Amain.py:3: UserWarning: Glyph 987702 \(\\U000f1236\) missing from /, 'no font has it');
import matplotlib.pyplot as plt
plt.title("\U000f1235 \U000f1236")
plt.savefig("a.png")
END

like($d->post(<<'END')->{stderr}, qr/\AFont 'rm' does not have a glyph for '\\U0001f8fd' /, 'nor in a formula');
import matplotlib.pyplot as plt
plt.title("$\U0001f8fd$")
plt.savefig("a.png")
END

is(is_drawn($d, <<'END', 'the settings'), "77.0 red agg\n", 'are the defaults');
import matplotlib
plt.rcParams["figure.dpi"] = 1
matplotlib.rc_file_defaults()
print(plt.rcParams["figure.dpi"], plt.rcParams["axes.titlecolor"], plt.get_backend().lower())
END

like($d->log, qr/\[error\].*Bad value in file '\Q$dir\E\/settings', line 3 \('font.size: many'\)/, 'what is wrong there is logged');
like($d->log, qr/\[error\].*\Q$dir\E\/broken.ttf cannot be loaded: /, 'so is a file that is no font');
undef $d;

# each run imports it

store('settings', "figure.dpi: 77\n");
unlink "$dir/broken.ttf" or die;
$d = Pyexec::Daemon->new(workers => 1, pool => "$with preload=none");
is(is_drawn($d, <<'END', 'where matplotlib is not preloaded'), "77.0\n", 'it has fonts and settings');
plt.title("\U000f1234")
plt.savefig("a.png")
print(plt.rcParams["figure.dpi"])
END
undef $d;

SKIP: {
    skip 'root may read all', 1 if Pyexec::Daemon->user =~ /root/;
    $d = Pyexec::Daemon->new(workers => 1, pool => "preload=none matplotlibrc=$dir/closed", await => qr/Permission denied/);
    like($d->log, qr/\Q$dir\E\/closed/, 'settings that the user of runs may not read are an error');
}

done_testing();
