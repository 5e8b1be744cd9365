use lib 't';
use Pyexec;
use Test::Nginx::Socket 'no_plan';

# The types of created files are those of Debian's table or of Python's; of
# what neither has, those that are named here.

our @SUFFIXES = qw(png csv json txt svg pdf html htm jpg jpeg gif webp avif bmp
    ico tif tiff eps ps md log py ipynb tsv geojson jsonl xml yaml yml toml css
    js wasm tex rtf ics doc docx xls xlsx xlsm ppt pptx odt ods odp epub parquet
    feather arrow h5 hdf5 npy npz pkl pickle db sqlite sqlite3 zip gz xz 7z tar
    wav mp3 ogg flac mp4 webm mov avi mkv ttf otf woff woff2 bin);

my %NEITHER = qw(
    db       application/vnd.sqlite3
    feather  application/vnd.apache.arrow.file
    hdf5     application/x-hdf5
    ipynb    application/x-ipynb+json
    jsonl    application/jsonl
    log      text/plain
    npy      application/octet-stream
    npz      application/zip
    parquet  application/vnd.apache.parquet
    pickle   application/octet-stream
    pkl      application/octet-stream
    toml     application/toml
    yaml     application/yaml
    yml      application/yaml
);

# what only older ones of these tables have

my %OLDER = (mkv => 'video/x-matroska');

my $PYTHON = <<'END_OF_PYTHON';
import mimetypes
for suffix, kind in mimetypes.MimeTypes(()).types_map[True].items():
    print(kind, suffix[1:])
END_OF_PYTHON

my %types;

sub read_table {
    my ($file) = @_;

    while (<$file>) {
        s/#.*//;
        my ($type, @suffixes) = split;
        push @{$types{$_}}, $type for @suffixes;
    }
}

open my $debian, '<', '/etc/mime.types' or die "/etc/mime.types: $!";
read_table($debian);

open my $python, '-|', "$ENV{TEST_NGINX_PYTHON}/bin/python3", '-c', $PYTHON
    or die "python3: $!";
read_table($python);
close $python or die "python3: $?";

sub files {
    return join ',', map {
        my @types = (@{$types{$_} || [$NEITHER{$_}]}, $OLDER{$_} // ());
        sprintf '\{"path":"[^"]*/x\.%s",[^{}]*"mime_type":"(?:%s)"\}',
            $_, join '|', map { quotemeta } @types;
    } sort @SUFFIXES;
}

no_long_string();
no_root_location();
Pyexec::setup(\&add_block_preprocessor);
run_tests();

__DATA__

=== TEST 1: types as in Debian's table and in Python's
--- request eval
"POST /api/execute-code\n" . qq({"code": "for s in '@main::SUFFIXES'.split(): open('x.' + s, 'w')"})
--- response_body_like eval
my $files = main::files();
qr/"created_files":\[$files\]/
