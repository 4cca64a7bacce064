/* The keeper's making of keys where one customer's cannot be made: the others get theirs, it is
 * told once, and not tried again in every round. */
#include "support.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "storage/seal/keys.h"
#include "tools/recorderctl/keeper.h"

static void month_path(const struct ctl *ctl, struct uuid customer, const char *ending,
                       char path[static 512])
{
    char month[KEY_MONTH_BYTES];
    char id[UUID_TEXT_BYTES];

    keys_month(clock_wall_now(), month);
    uuid_format(customer, id);
    (void)snprintf(path, 512, "%s/keys/private/%s/%s.%s", ctl->store, id, month, ending);
}

/* What is logged goes to a file meanwhile; returns standard error as it was. */
static int log_to(const struct ctl *ctl)
{
    char path[160];
    int before = dup(STDERR_FILENO);

    (void)snprintf(path, sizeof path, "%s/log", ctl->directory);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(before >= 0 && file >= 0);
    assert_int_equal(dup2(file, STDERR_FILENO), STDERR_FILENO);
    assert_int_equal(close(file), 0);
    log_open("unit", LOG_INFO);
    return before;
}

static size_t logged(const struct ctl *ctl, int before, const char *event)
{
    char path[160];
    char line[1024];
    size_t count = 0;

    assert_int_equal(dup2(before, STDERR_FILENO), STDERR_FILENO);
    assert_int_equal(close(before), 0);
    (void)snprintf(path, sizeof path, "%s/log", ctl->directory);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        count += strstr(line, event) != NULL;
    assert_int_equal(fclose(file), 0);
    return count;
}

static void one_key_that_is_lost_is_told_once_and_no_loss_of_others(void **state)
{
    struct ctl *ctl = *state;
    struct context context = {
        .config_path = ctl->config, .out = stdout, .err = stderr, .command = "keeper"};
    struct keeper keeper = {.context = &context};
    struct customer unassigned;
    char lost[512];
    char copy[512];
    char temporary[560];

    assert_int_equal(ctl_run(ctl, "keys", "recovery-new", NULL), 0);
    assert_int_equal(context_need_keys(&context), EXIT_DONE);
    (void)sigemptyset(&keeper.signals);
    assert_int_equal(customers_find(context.index, CUSTOMER_UNASSIGNED, &unassigned, NULL),
                     STATUS_OK);
    month_path(ctl, unassigned.id, "key", lost);
    month_path(ctl, ctl->customer, "recovery", copy);
    (void)snprintf(temporary, sizeof temporary, "%s.0123abcd.new", copy);
    assert_int_equal(unlink(lost), 0);
    assert_int_equal(rename(copy, temporary), 0);
    int before = log_to(ctl);
    for (int round = 0; round < 3; round++) {
        struct keeper_counts counts = {0};
        keeper_make_keys(&keeper, &counts);
        assert_int_equal(counts.errors, 1); /* it lasts */
        if (round == 0)
            assert_int_equal(access(copy, F_OK), 0);
        else
            assert_int_not_equal(access(copy, F_OK), 0); /* it was not looked again */
        assert_int_not_equal(access(temporary, F_OK), 0);
        if (round == 0)
            assert_int_equal(unlink(copy), 0);
    }
    keeper.keys.looked_at.ns -= KEEPER_KEYS_AGAIN_S * CLOCK_NS_PER_S;
    struct keeper_counts counts = {0};
    keeper_make_keys(&keeper, &counts);
    assert_int_equal(access(copy, F_OK), 0);
    assert_int_equal(logged(ctl, before, "keeper.keys_failed"), 1);
    assert_int_not_equal(access(lost, F_OK), 0);
    context_deinit(&context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_key_that_is_lost_is_told_once_and_no_loss_of_others,
                                        ctl_set_up, ctl_tear_down),
    };
    return cmocka_run_group_tests_name("keeper_keys", tests, NULL, NULL);
}
