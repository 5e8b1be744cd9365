import cmd
import shlex


class Shell(cmd.Cmd):
    prompt = "> "

    def do_add(self, line):
        print(sum(map(int, shlex.split(line))))

    def do_quit(self, line):
        return True


Shell().cmdloop()
