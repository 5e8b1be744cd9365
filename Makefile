
# make run      serves conf.example on 127.0.0.1; PORT=, WORKSPACE=
# make test     builds with gcc and with clang, runs every test; SUITES=
# make suites   runs SUITES= once; SERVER= and MODULE= for another nginx
# make distcheck  RELEASES=, each in a root of its own: bookworm trixie sid
#               mainline arm64
# make walls    builds pools without one wall each, for tests and benchmarks
# make bench    measures runs beside a bare fork, and beside a web framework
#               that starts a process for each; QUICK=1, WRITE=BENCHMARKS.md
# make api      lints openapi.json, tries the server with what is made of it,
#               and runs the examples
# make fuzz     runs the fuzzers, each for SECONDS=
# make asan     runs every test with AddressSanitizer and UBSan
# make compat   runs the scripts of t/compat here and by python3: what they
#               print and leave must be the same
# make hostile  sends REQUESTS= hostile requests beside a well-behaved client,
#               whose p99 it prints; no process may grow
# make chaos    kills processes for SECONDS=; SEED= repeats the sequence
# make soak     makes RUNS= runs; no process may grow
# make transfer sends a file of SIZE= MB there and back; no process may grow
# make install  the module and the pool's program; DESTDIR=
# make deb      builds a Debian package in build
# make debcheck installs, runs, upgrades and purges it in clean RELEASES=
# make clean
#
# Each installs those of Debian's packages that it needs and does not find.

# taken literally: a "$" in them is not expanded

PORT       ?= 8080
WORKSPACE  ?= workspace
override export PORT      := $(value PORT)
override export WORKSPACE := $(value WORKSPACE)

SUITES     := $(filter-out t/style.t,$(wildcard t/*.t t/hostile/*.t t/sandbox/*.t))
BUILD      := build
CC         := gcc

CC_OPT     := -O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong \
              -fstack-clash-protection
LD_OPT     := -Wl,-z,relro -Wl,-z,now
RELEASES   := bookworm trixie sid mainline arm64
ASAN       := -fsanitize=address,undefined -fno-sanitize-recover=undefined

# not called NGINX: nginx reads inherited sockets from that variable

SERVER     := /usr/sbin/nginx
NGINX_SRC  := /usr/share/nginx/src
MODULES    := /usr/lib/nginx/modules
SHARED     := /usr/share/pyexec
DOCS       := /usr/share/doc/libnginx-mod-http-pyexec

PACKAGES   := nginx nginx-dev gcc libc6-dev pkg-config libyajl-dev \
              libseccomp-dev libpython3-dev libmd-dev

# matplotlib's font has no Chinese, Japanese or Korean, nor Hindi or Thai, nor
# most emoji: these have, in 15 MB; fonts-noto-cjk alone has 57 MB

FONTS      := fonts-noto-core fonts-wqy-microhei fonts-symbola

RUN_PACKAGES := $(PACKAGES) $(FONTS) python3-venv ca-certificates curl

TEST_PACKAGES := $(RUN_PACKAGES) libcmocka-dev clang libclang-rt-dev perl \
                 openssl util-linux e2fsprogs strace media-types jq

DEB_PACKAGES := $(PACKAGES) build-essential debhelper

# used instead of packages from PyPI, if that can't be reached

PYTHON_PACKAGES := python3-numpy python3-pandas python3-matplotlib \
                   python3-seaborn python3-scipy python3-pil \
                   python3-openpyxl python3-sympy python3-sklearn \
                   python3-statsmodels python3-networkx python3-plotly \
                   python3-tqdm python3-tabulate python3-jinja2 python3-tz \
                   python3-requests python3-bs4 python3-lxml \
                   python3-xlsxwriter python3-docx python3-pypdf

OBJS       := $(BUILD)/nginx/objs
POOL_OBJS  := $(patsubst src/%.c,$(OBJS)/pyexec/%.o,\
                  $(filter-out src/nginx/%,$(wildcard src/*/*.c src/*/*/*.c))) \
              $(OBJS)/pyexec/modules.o
PRODUCTS   := $(BUILD)/ngx_http_pyexec_module.so $(BUILD)/pyexec-pool
UNITS      := $(patsubst %.c,$(BUILD)/unit/%,\
                  $(notdir $(wildcard t/unit/*.c t/tools/*.c \
                      t/bench/*.c)))

# pools for tests and benchmarks: each is built without one wall of
# pyexec_walls.h, or without several that cover each other

WALLS      := network ipc pid mount descriptors landlock rlimits \
              capabilities seccomp landlock+mount landlock+seccomp \
              mount+seccomp pid+seccomp ipc+seccomp seccomp+rlimits \
              network+landlock+seccomp pid+landlock+seccomp
NO_WALL    := $(shell echo $(WALLS) | tr ' ' '\n' | grep -v + | paste -sd +)
WALL_SRCS  := sandbox probe landlock

.PHONY: all run test suites compat distcheck asan walls units fuzz api bench \
        hostile chaos soak transfer install deb debcheck clean modules packages \
        run-packages test-packages deb-packages
.DELETE_ON_ERROR:

all: modules


# installing

packages:
	@sh t/tools/packages.sh $(PACKAGES)

run-packages:
	@sh t/tools/packages.sh $(RUN_PACKAGES)

test-packages:
	@sh t/tools/packages.sh $(TEST_PACKAGES)

deb-packages:
	@sh t/tools/packages.sh $(DEB_PACKAGES)

# the prefix of the Python environment that the pool is to use

build/python: requirements-code-exec.txt | run-packages
	@mkdir -p build
	@if /usr/bin/python3 -m venv --clear build/venv \
	    && build/venv/bin/pip --disable-pip-version-check install \
	        --only-binary :all: -r $<; \
	then \
	    printf '%s\n' "$$PWD/build/venv" > $@; \
	else \
	    echo "no packages from PyPI, taking Debian's"; \
	    sh t/tools/packages.sh $(PYTHON_PACKAGES) && echo /usr > $@; \
	fi


# the environment of the web framework that benchmarks compare with

build/bench-venv: t/bench/requirements.txt | test-packages
	@/usr/bin/python3 -m venv --clear $@
	@$@/bin/pip install -q --only-binary :all: -r $<
	@touch $@


# building: nginx's configure writes beside its sources, so they are linked to
# $(BUILD); its makefile has the dependencies, so "modules" always runs it

$(OBJS)/Makefile: config config.make Makefile | packages
	@mkdir -p $(BUILD)/nginx
	@ln -sfn $(NGINX_SRC)/* $(BUILD)/nginx
	@echo "configuring nginx's modules in $(BUILD)"
	@up=$$(realpath --relative-to=$(BUILD)/nginx .) \
	    && cd $(BUILD)/nginx && bash -c '. ./conf_flags \
	    && ./configure "$${NGX_CONF_FLAGS[@]}" --with-cc=$(CC) \
	        --with-cc-opt="$(CC_OPT)" --with-ld-opt="$(LD_OPT)" \
	        --add-dynamic-module=$$0' "$$up" > configure.log \
	    || { tail -n 3 configure.log; rm -f objs/Makefile; exit 1; }
	@grep ^ngx_http_pyexec_module: $(BUILD)/nginx/configure.log || true

modules: $(OBJS)/Makefile
	@$(MAKE) -s --no-print-directory -C $(BUILD)/nginx -f objs/Makefile \
	    modules
	@ln -f $(PRODUCTS:$(BUILD)/%=$(OBJS)/%) $(BUILD)

$(PRODUCTS): modules ;

# the objects as an archive, of which each unit test links those it uses

$(BUILD)/unit/libpyexec.a: $(PRODUCTS)
	@mkdir -p $(@D)
	@rm -f $@
	@ar rcs $@ $(POOL_OBJS) $(OBJS)/addon/nginx/pyexec_*.o

vpath %.c t/unit t/tools t/bench

$(BUILD)/unit/%: %.c $(BUILD)/unit/libpyexec.a
	@$(CC) -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -g $(CC_OPT) \
	    -Isrc -o $@ $^ $(LD_OPT) $$(pkg-config --cflags python3-embed) \
	    $$(pkg-config --libs cmocka python3-embed libseccomp yajl libmd)

# a pool without a wall, and nginx's module beside it

$(BUILD)/without/%/pyexec-pool: $(WALL_SRCS:%=src/sandbox/pyexec_%.c) $(PRODUCTS)
	@mkdir -p $(@D)
	@ln -f $(BUILD)/ngx_http_pyexec_module.so $(@D)
	@$(CC) -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror $(CC_OPT) -g \
	    -DPYEXEC_WITHOUT="($$(echo $* | tr a-z A-Z \
	        | sed 's/[^+]*/PYEXEC_WALL_&/g; s/+/|/g'))" \
	    -Isrc -o $@ $(filter %.c,$^) \
	    $(filter-out $(WALL_SRCS:%=$(OBJS)/pyexec/sandbox/pyexec_%.o), \
	        $(POOL_OBJS)) \
	    $$(cat $(OBJS)/pyexec/libs)

# fuzzers, and the sources that they fuzz, are compiled with libFuzzer

FUZZERS    := $(patsubst t/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard t/fuzz/*_fuzz.c))
FUZZ       := clang -std=gnu11 -D_GNU_SOURCE -g -O1 -Isrc \
              -fno-sanitize-recover=all
FUZZ_SRCS  := $(wildcard src/base/*.c src/wire/*.c src/nginx/pyexec_*.c) \
              src/store/pyexec_line.c src/store/pyexec_segment.c \
              src/run/pyexec_bundle.c src/run/pyexec_event.c

$(BUILD)/fuzz/%: t/fuzz/%.c t/fuzz/fuzz.h $(FUZZ_SRCS) | test-packages
	@mkdir -p $(@D)
	@$(FUZZ) -fsanitize=fuzzer,address,undefined -o $@ $< $(FUZZ_SRCS) -lyajl

walls: $(WALLS:%=$(BUILD)/without/%/pyexec-pool)

units: $(UNITS)


# running

# pip and the compiler at the same time

run: run-packages
	@$(MAKE) --no-print-directory -j2 modules build/python
	@SERVER="$(SERVER)" BUILD=$(BUILD) PYTHON=$$(cat build/python) \
	    exec sh t/tools/run.sh

test: test-packages modules $(UNITS) $(FUZZERS) walls build/python
	@$(MAKE) --no-print-directory BUILD=build/clang CC=clang modules
	@SERVER="$(SERVER)" BUILD=$(BUILD) PYTHON=$$(cat build/python) \
	    SUITES="$(SUITES)" sh t/tools/test.sh

fuzz: $(FUZZERS)
	@BUILD=$(BUILD) SECONDS=$(or $(SECONDS),60) sh t/tools/fuzz.sh

api: test-packages modules build/python
	@SERVER="$(SERVER)" BUILD=$(BUILD) PYTHON=$$(cat build/python) \
	    sh t/tools/api.sh

# module and pool have the sanitizers, nginx has not: nginx-asan.sh loads their
# library, which comes with gcc

asan:
	@$(MAKE) --no-print-directory test BUILD=build/asan \
	    SERVER="$$PWD/t/tools/nginx-asan.sh" LD_OPT="$(ASAN)" \
	    CC_OPT="-O1 -fno-omit-frame-pointer -DPYEXEC_ASAN $(ASAN)"

distcheck:
	@RELEASES="$(RELEASES)" NGINX_SOURCE=$(NGINX_SOURCE) \
	    sh t/tools/distcheck.sh

# defaults for these long runs; "make test" has a short one of chaos

MODULE      = $$PWD/$(BUILD)/ngx_http_pyexec_module.so
TEST_NGINX  = PERL5LIB=t/lib TEST_NGINX_BINARY="$(SERVER)" \
              TEST_NGINX_LOAD_MODULES="$(MODULE)" \
              TEST_NGINX_PYTHON=$$(cat build/python)

SECONDS    ?= 600
RUNS       ?= 100000
REQUESTS   ?= 100000

compat: test-packages modules build/python
	@$(TEST_NGINX) prove t/compat/compat.t

hostile chaos soak transfer: test-packages modules build/python
	@$(TEST_NGINX) \
	    SECONDS=$(SECONDS) SEED=$(SEED) RUNS=$(RUNS) REQUESTS=$(REQUESTS) \
	    SIZE=$(SIZE) perl t/tools/$@.pl

suites: test-packages modules units build/python
	@$(TEST_NGINX) prove $(SUITES)


bench: test-packages modules walls $(BUILD)/without/$(NO_WALL)/pyexec-pool \
       $(BUILD)/unit/load build/python build/bench-venv
	@SERVER=$(SERVER) BUILD="$$PWD/$(BUILD)" PYTHON=$$(cat build/python) \
	    QUICK=$(QUICK) WRITE=$(WRITE) BEFORE=$(BEFORE) \
	    /usr/bin/python3 -B t/bench/bench.py

install: modules
	install -d $(DESTDIR)$(MODULES) $(DESTDIR)$(DOCS) $(DESTDIR)$(SHARED)
	install -m 644 $(BUILD)/ngx_http_pyexec_module.so $(DESTDIR)$(MODULES)
	install $(BUILD)/pyexec-pool $(DESTDIR)$(MODULES)
	install -m 644 openapi.json $(DESTDIR)$(SHARED)
	install -m 644 conf.example requirements-code-exec.txt CHANGES \
	    $(wildcard *.md) $(DESTDIR)$(DOCS)

# built from a copy, since dpkg-buildpackage leaves files in its sources

deb: deb-packages
	@rm -rf build/deb build/*.deb
	@mkdir -p build/deb/source
	@tar c --exclude=./build --exclude=./workspace --exclude=./.git . \
	    | tar x -C build/deb/source
	@cd build/deb/source && dpkg-buildpackage -us -uc > ../build.log 2>&1 \
	    || { tail -n 20 ../build.log; exit 1; }
	@ln -f build/deb/*pyexec_*.deb build
	@ls build/*.deb

debcheck: RELEASES := bookworm trixie
debcheck:
	@RELEASES="$(RELEASES)" sh t/tools/debcheck.sh

clean:
	rm -rf build
