/* deviation: sets of what a peer does against a standard, and how each is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bounds.h"
#include "body/deviation.h"

static void each_deviation_is_a_member_of_its_own(void **state)
{
    (void)state;
    for (unsigned i = 0; i < DEVIATIONS; i++) {
        uint64_t set = 0;

        deviation_add(&set, (enum deviation)i);
        deviation_add(&set, (enum deviation)i);
        for (unsigned other = 0; other < DEVIATIONS; other++)
            assert_int_equal(deviation_has(set, (enum deviation)other), other == i);
    }
}

static void each_deviation_has_a_text_of_its_own_that_fits_a_fact(void **state)
{
    (void)state;
    for (unsigned i = 0; i < DEVIATIONS; i++) {
        const char *text = deviation_text((enum deviation)i);

        assert_true(text[0] != '\0' && strlen(text) < BOUND_FACT_DETAIL_BYTES);
        for (unsigned other = 0; other < i; other++)
            assert_string_not_equal(text, deviation_text((enum deviation)other));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_deviation_is_a_member_of_its_own),
        cmocka_unit_test(each_deviation_has_a_text_of_its_own_that_fits_a_fact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
