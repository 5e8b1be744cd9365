
#include "unit.h"

#include "run/pyexec_threads.h"


/* the kernel's weights, sched_prio_to_weight[] from 0 on */

static const unsigned  weights[] = {
    1024, 820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45,
    36, 29, 23, 18, 15
};


static void
n_threads_weigh_as_one(void **state)
{
    int       nice;
    unsigned  n;

    (void) state;

    assert_int_equal(pyexec_threads_nice(0), 0);
    assert_int_equal(pyexec_threads_nice(1), 0);

    /* the table is rounded, by less than a twentieth */

    for (n = 2; n <= 64; n++) {
        nice = pyexec_threads_nice(n);

        assert_in_range(nice, 1, 19);
        assert_in_range(n * weights[nice], 1024 * 3 / 4, 1024 * 21 / 20);
    }

    assert_int_equal(pyexec_threads_nice(1000), 19);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(n_threads_weigh_as_one)
    };

    return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
