# nginx's configure runs this when it has written the makefile, and it adds the
# pool's program to that: built with "make modules", the Python sources in it,
# and installed beside the module.

pyexec_src=$ngx_addon_dir/src
pyexec_obj=$NGX_OBJS/pyexec
pyexec_pkgs="python3-embed libseccomp yajl libmd"

# With Python linked in, the program's text can be moved to huge pages.  Its
# address is fixed then.  That reveals nothing: code that runs in a child, which
# is a fork of the pool, can look up all addresses anyway.

if [ "$pyexec_archive" ]; then
    pyexec_libs="-no-pie -Wl,--export-dynamic -Wl,-z,max-page-size=0x200000 \
                 $pyexec_archive `pkg-config --libs libseccomp yajl libmd`"
else
    pyexec_libs="-pie `pkg-config --libs $pyexec_pkgs`"
fi

pyexec_libs="-Wl,-z,relro -Wl,-z,now $NGX_LD_OPT $pyexec_libs"

mkdir -p $pyexec_obj
echo $pyexec_libs > $pyexec_obj/libs

pyexec_cflags="-std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -O2 -g \
               -fPIE -fstack-protector-strong \
               -DPYEXEC_PYTHON_VERSION='\"$pyexec_python_version\"'"

case "$NGX_CC_OPT" in
    *_FORTIFY_SOURCE* | *-fsanitize=*)
    ;;

    *)
        pyexec_cflags="$pyexec_cflags -D_FORTIFY_SOURCE=2"
    ;;
esac

# nginx looks for the program in the directory of the file that the module is
# in: of the module's own file, or of nginx's where the module is linked into
# nginx (--add-module).

if [ $pyexec_link = DYNAMIC ]; then
    pyexec_dest=$NGX_MODULES_PATH
else
    pyexec_dest=`dirname "$NGX_SBIN_PATH"`
fi

case "$pyexec_dest" in
    /*)
    ;;

    *)
        pyexec_dest=$NGX_PREFIX/$pyexec_dest
    ;;
esac

cat << END                                                    >> $NGX_MAKEFILE

PYEXEC_CFLAGS = $pyexec_cflags $NGX_CC_OPT \\
	-I$pyexec_src `pkg-config --cflags $pyexec_pkgs`

PYEXEC_LIBS = $pyexec_libs

PYEXEC_SRCS = \$(filter-out $pyexec_src/nginx/%, \
	\$(wildcard $pyexec_src/*/*.c $pyexec_src/*/*/*.c))

PYEXEC_OBJS = \$(PYEXEC_SRCS:$pyexec_src/%.c=$pyexec_obj/%.o)

PYEXEC_PYTHON = \$(wildcard $pyexec_src/python/*.py)

# nginx's own sources define _GNU_SOURCE in a header

$NGX_OBJS/addon/base/%.o $NGX_OBJS/addon/wire/%.o \
$NGX_OBJS/addon/nginx/pyexec_%.o:	CFLAGS += -D_GNU_SOURCE

modules:	$NGX_OBJS/pyexec-pool

$NGX_OBJS/pyexec-pool:	\$(PYEXEC_OBJS) $pyexec_obj/modules.o
	\$(CC) \$(PYEXEC_CFLAGS) -o \$@ \$^ \$(PYEXEC_LIBS)

$pyexec_obj/%.o:	$pyexec_src/%.c $NGX_MAKEFILE
	@mkdir -p \$(@D)
	\$(CC) \$(PYEXEC_CFLAGS) -MMD -MP -c -o \$@ \$<

-include \$(PYEXEC_OBJS:.o=.d)

$pyexec_obj/modules.o:	$pyexec_obj/modules.S \$(PYEXEC_PYTHON)
	\$(CC) -c -o \$@ \$<

$pyexec_obj/modules.S:	$pyexec_src/python/modules.sh \$(PYEXEC_PYTHON)
	@mkdir -p \$(@D)
	sh $pyexec_src/python/modules.sh \$(PYEXEC_PYTHON) > \$@

install:	pyexec-install

pyexec-install:	$NGX_OBJS/pyexec-pool
	mkdir -p '\$(DESTDIR)$pyexec_dest'
	install $NGX_OBJS/pyexec-pool '\$(DESTDIR)$pyexec_dest'

END
