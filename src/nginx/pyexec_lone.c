
#include "nginx/pyexec_lone.h"


static void pyexec_lone_unit(pyexec_lone_t *sc);


void
pyexec_lone(pyexec_lone_t *sc, const u_char *p, size_t len)
{
    u_char         c;
    const u_char  *end;

    for (end = p + len; p < end; p++) {

        c = *p;

        if (!sc->string) {
            if (c == '"') {
                sc->string = 1;
                sc->lone = 0;
                sc->high = 0;
            }

        } else if (sc->digits) {
            sc->unit = sc->unit << 4
                       | ((c <= '9' ? c - '0' : (c | 32) - 'a' + 10) & 15);

            if (--sc->digits == 0) {
                pyexec_lone_unit(sc);
            }

        } else if (sc->escape) {
            sc->escape = 0;

            if (c == 'u') {
                sc->digits = 4;
                sc->unit = 0;

            } else {
                sc->lone |= sc->high;
                sc->high = 0;
            }

        } else if (c == '\\') {
            sc->escape = 1;

        } else {
            sc->lone |= sc->high;
            sc->high = 0;
            sc->string = c != '"';
        }
    }
}


static void
pyexec_lone_unit(pyexec_lone_t *sc)
{
    unsigned  low;

    low = sc->unit >= 0xdc00 && sc->unit <= 0xdfff;

    sc->lone |= sc->high != low;
    sc->high = sc->unit >= 0xd800 && sc->unit <= 0xdbff;
}
