# nginx's configure runs this when it has written the makefile: the pool's
# program, with the Python sources built in, is made with the modules.

pyexec_dir=$ngx_addon_dir
pyexec_libs=`pkg-config --libs python3-embed libseccomp yajl libmd`
pyexec_incs="-I$pyexec_dir/src/wire -I$pyexec_dir/src/pool \
             `pkg-config --cflags python3-embed libseccomp yajl libmd`"
pyexec_cflags="${PYEXEC_CFLAGS--O2 -g -D_FORTIFY_SOURCE=2} \
               -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror \
               -fPIE -fstack-protector-strong"
pyexec_ldflags="${PYEXEC_LDFLAGS-} -pie -Wl,-z,relro -Wl,-z,now"
pyexec_objs=

cat << END >> $NGX_MAKEFILE

modules:	$NGX_OBJS/pyexec-pool

END

for pyexec_src in $pyexec_dir/src/pool/*.c $pyexec_dir/src/wire/*.c; do

    pyexec_obj=$NGX_OBJS/addon/pool/`basename $pyexec_src .c`.o
    pyexec_objs="$pyexec_objs $pyexec_obj"

    cat << END >> $NGX_MAKEFILE

$pyexec_obj:	$pyexec_src
	mkdir -p $NGX_OBJS/addon/pool
	\$(CC) $pyexec_cflags $pyexec_incs -MMD -c -o \$@ $pyexec_src

-include $NGX_OBJS/addon/pool/`basename $pyexec_src .c`.d

END

done

cat << END >> $NGX_MAKEFILE

$NGX_OBJS/addon/pool/modules.S:	$pyexec_dir/src/pool/modules.sh \\
		`echo $pyexec_dir/src/python/*.py`
	mkdir -p $NGX_OBJS/addon/pool
	sh $pyexec_dir/src/pool/modules.sh $pyexec_dir/src/python/*.py > \$@

$NGX_OBJS/addon/pool/modules.o:	$NGX_OBJS/addon/pool/modules.S
	\$(CC) -c -o \$@ $NGX_OBJS/addon/pool/modules.S

$NGX_OBJS/pyexec-pool:	$pyexec_objs $NGX_OBJS/addon/pool/modules.o
	\$(CC) $pyexec_cflags $pyexec_ldflags -o \$@ $pyexec_objs \\
		$NGX_OBJS/addon/pool/modules.o $pyexec_libs

END
