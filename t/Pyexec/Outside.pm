package Pyexec::Outside;

# Looks at a run from outside: its processes, its directory, and their effects.

use strict;
use warnings;

use Digest::SHA qw(sha256_hex);
use File::Find qw(find);
use JSON::PP;
use List::Util qw(max);

# of a run under way: the most that was seen of it, kept in the world

sub memory { keep($_[0], memory => 1024 * max(0, map { field($_, 'VmHWM') } children($_[0]))) }

sub locked { keep($_[0], locked => max(0, map { field($_, 'VmLck') } children($_[0]))) }

sub threads { keep($_[0], threads => max(0, map { field($_, 'Threads') } children($_[0]))) }

# what it costs those who listen to a run

sub runners { keep($_[0], runners => 1024 * max(0, map { field($_, 'VmHWM') } $_[0]{daemon}->pids_of('runner'))) }

# root sees these, and who else would not

sub descriptors {
    keep($_[0], descriptors => max(0, map { scalar(() = glob "/proc/$_/fd/*") } children($_[0])));
}

sub keep {
    my ($w, $what, $value) = @_;
    $w->{$what} = $value if $value > ($w->{$what} // 0);
    return $w->{$what};
}

# children of this nginx's zygotes, those that wait for a run included

sub children {
    my ($w) = @_;
    return map { kids($_) } grep { Pyexec::Daemon::slurp("/proc/$_/cmdline") !~ /: (?:scout|clerk)/ }
        map { kids($_) } $w->{daemon}->pids_of('pool');
}

sub kids {
    my ($pid) = @_;
    return split ' ', Pyexec::Daemon::slurp("/proc/$pid/task/$pid/children");
}

sub field {
    my ($pid, $name) = @_;
    return Pyexec::Daemon::slurp("/proc/$pid/status") =~ /^$name:\s+(\d+)/m ? $1 : 0;
}

# of a run that has ended

sub directory { "$_[0]{workspace}/$_[0]{answer}{session_id}/code_exec/$_[0]{answer}{run_id}" }

sub stored { Pyexec::Daemon::slurp(directory($_[0]) . '/result.json') }

sub files {
    my ($w) = @_;
    my @files;
    find({ no_chdir => 1, wanted => sub { push @files, $_ } }, directory($w));
    return @files;
}

# what is neither a file nor a directory, but for our link

sub odd {
    my ($w) = @_;
    my $link = directory($w) . '/session';
    return grep { $_ ne $link && (-l $_ || !(-f $_ || -d $_)) } files($w);
}

sub entries { scalar files($_[0]) }

sub disk {
    my $sum = 0;
    $sum += 512 * ((lstat)[12] // 0) for files($_[0]);
    return $sum;
}

sub largest { max map { (lstat)[7] // 0 } files($_[0]) }

# is anything of it left?

sub running { grep { (readlink "/proc/$_/cwd" // '') =~ /\Q$_[0]{answer}{run_id}\E/ } children($_[0]) }

# what is kept is what was answered, and the directory is as it is to be

sub is_sound {
    my ($w) = @_;
    my ($d, $answer, $dir) = ($w->{daemon}, $w->{answer}, directory($w));
    my ($session, $id) = @$answer{qw(session_id run_id)};
    my $path = "/api/code-results/$session/$id";
    my @lines = grep { /\Q$id\E/ } split /\n/, Pyexec::Daemon::slurp("$dir/../runs.jsonl");
    my $item = eval { decode_json($lines[-1]) } or return 0;
    my ($listed) = grep { $_->{run_id} eq $id } @{ $d->list($session) };

    return @lines <= 2 && $item->{run_id} eq $id
        && $listed->{status} eq $answer->{status}
        && same($d->http('GET', $path)->{json}, $answer)
        && (its_own($w, 'attempts.jsonl') || same(attempts($dir), $answer->{attempts}))
        && (its_own($w, 'main.py')
            || sha256_hex(Pyexec::Daemon::slurp("$dir/main.py")) eq $answer->{attempts}[-1]{code_sha256})
        && (its_own($w, 'session') || (readlink("$dir/session") // '') eq '../..')
        && (its_own($w, 'result.json') || same(eval { decode_json(Pyexec::Daemon::slurp("$dir/result.json")) }, $answer))
        && !odd($w);
}

sub attempts { [ map { eval { decode_json($_) } } split /\n/, Pyexec::Daemon::slurp("$_[0]/attempts.jsonl") ] }

# does the answer list it, or what is below it, as made by the code?

sub its_own {
    my ($w, $name) = @_;
    my $path = "code_exec/$w->{answer}{run_id}/$name";
    return grep { $_->{path} =~ m{^\Q$path\E(/|$)} } @{ $w->{answer}{created_files} };
}

sub same {
    my $json = JSON::PP->new->canonical;
    return $json->encode($_[0]) eq $json->encode($_[1]);
}

# a run that is held open beside: its code has been run when this returns

sub beside {
    my ($w, $code, %fields) = @_;
    $w->{daemon}->hang_up($w->{beside}) if $w->{beside};
    my $session = $fields{session_id} // 'beside';
    my %before = map { $_ => 1 } glob "$w->{workspace}/$session/code_exec/*/ready";
    $w->{beside} = $w->{daemon}->post_in_background(
        "$code\nimport time\nopen('ready', 'w').close()\ntime.sleep(60)\n",
        session_id => $session, timeout_seconds => 60);
    $w->{daemon}->until(10, sub { grep { !$before{$_} } glob "$w->{workspace}/$session/code_exec/*/ready" })
        or die 'no run beside: ' . ($w->{daemon}->wait_for($w->{beside})->{stderr} // 'none');
}

sub beside_lives { !$_[0]{daemon}->answer_of($_[0]{beside}) }

sub post {
    my ($w, $code) = @_;
    $w->{posted} = $w->{daemon}->post($code, session_id => $w->{session});
}

# the same code again: does it draw what it has drawn?

sub again {
    my ($w) = @_;
    my %drawn = map { $_ => 1 } $w->{answer}{stdout} =~ /^tried: .*/mg;
    my $again = $w->{daemon}->post($w->{answer}{attempts}[0]{code_preview}, session_id => 'again');
    my @drawn = ($again->{stdout} // '') =~ /^tried: .*/mg;
    return !@drawn || grep { $drawn{$_} } @drawn;
}

# root sees these

sub shared_maps { grep { /^\S+ .w.s / } map { split /\n/, Pyexec::Daemon::slurp("/proc/$_/maps") } children($_[0]) }

# System V objects with that key; none is left behind

sub sysv {
    my ($key) = @_;
    my %option = (shm => '-m', msg => '-q', sem => '-s');
    my @found;

    for my $kind (sort keys %option) {
        for my $line (split /\n/, Pyexec::Daemon::slurp("/proc/sysvipc/$kind")) {
            my ($k, $id) = split ' ', $line;
            next unless $k eq $key;
            push @found, "$kind $id";
            system('ipcrm', $option{$kind}, $id);
        }
    }
    return @found;
}

# for whom nginx gives its pool to, whoever that is

sub make_dir {
    my ($path) = @_;
    mkdir $path or die "$path: $!";
    chmod 0777, $path;
}

sub write_file {
    my ($path, $text) = @_;
    open my $f, '>', $path or die "$path: $!";
    print $f $text;
    close $f;
}

# does anything write there still?

sub still_changes {
    my ($w) = @_;
    my $before = join ' ', sort(files($w));
    return $w->{daemon}->until(0.3, sub { join(' ', sort(files($w))) ne $before });
}

1;
