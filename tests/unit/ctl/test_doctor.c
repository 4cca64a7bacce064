/* doctor: what is found is judged as it should be, whatever machine this runs on. */
#include "support.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "tools/recorderctl/doctor.h"
#include "tools/recorderctl/doctor_volume.h"

static void expect(const struct finding *finding, enum verdict verdict, const char *part)
{
    if (finding->verdict != verdict || !strstr(finding->found, part))
        fail_msg("%s: verdict %d, found \"%s\", wanted %d with \"%s\"", finding->check,
                 (int)finding->verdict, finding->found, (int)verdict, part);
    /* who is told of a trouble is told what to do */
    assert_true((verdict == VERDICT_OK) == !finding->remedy[0]);
}

#define EXPECT(verdict, part, finding_expression)                                                  \
    do {                                                                                           \
        const struct finding made = finding_expression;                                            \
        expect(&made, verdict, part);                                                              \
    } while (0)

static void file_systems_that_lie_forget_or_are_elsewhere_are_bad(void **state)
{
    static const struct {
        uint64_t type;
        enum verdict verdict;
        const char *name;
    } cases[] = {
        {EXT4_SUPER_MAGIC, VERDICT_OK, "ext4"},
        {XFS_SUPER_MAGIC, VERDICT_OK, "xfs"},
        {BTRFS_SUPER_MAGIC, VERDICT_WARN, "btrfs"},
        {TMPFS_MAGIC, VERDICT_BAD, "tmpfs"},
        {NFS_SUPER_MAGIC, VERDICT_BAD, "nfs"},
        {CIFS_SUPER_MAGIC, VERDICT_BAD, "cifs"},
        {FUSE_SUPER_MAGIC, VERDICT_BAD, "fuse"},
        {OVERLAYFS_SUPER_MAGIC, VERDICT_BAD, "overlayfs"},
        {V9FS_MAGIC, VERDICT_BAD, "9p"},
        {0x12345678, VERDICT_WARN, "0x12345678"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct volume_seen seen = {.what = "the store", .path = "/s", .type = cases[i].type};
        EXPECT(cases[i].verdict, cases[i].name, doctor_check_file_system(&seen));
    }
    const struct volume_seen gone = {.what = "the store", .path = "/s", .error = ENOENT};
    EXPECT(VERDICT_BAD, "No such file", doctor_check_file_system(&gone));
}

static void volume_that_nobody_encrypts_is_a_warning(void **state)
{
    struct volume_seen seen = {
        .what = "the store", .path = "/s", .in_the_clear = "the index has names"};

    (void)state;
    EXPECT(VERDICT_WARN, "not encrypted", doctor_check_encryption(&seen));
    assert_non_null(
        strstr(doctor_check_encryption(&seen).remedy, "the index has names in the clear"));
    seen.protection = PROTECTION_UNKNOWN;
    EXPECT(VERDICT_WARN, "cannot be seen", doctor_check_encryption(&seen));
    seen.protection = PROTECTION_LUKS;
    EXPECT(VERDICT_OK, "dm-crypt", doctor_check_encryption(&seen));
    seen.protection = PROTECTION_FSCRYPT;
    EXPECT(VERDICT_OK, "fscrypt", doctor_check_encryption(&seen));
}

/* --- devices, by a /sys of the test's own ------------------------------------------------------
 */

struct sys {
    char directory[64];
};

static void sys_run(const struct sys *sys, const char *command)
{
    char line[1024];

    (void)snprintf(line, sizeof line, "cd %s && %s", sys->directory, command);
    assert_int_equal(system(line), 0);
}

static enum protection of(const struct sys *sys, unsigned number)
{
    return doctor_volume_device(sys->directory, makedev(253, number));
}

static void master_key_in_a_file_that_nothing_encrypts_is_a_warning(void **state)
{
    struct master_look look = {.volume = {.path = "/k/master.key"}};

    (void)state;
    EXPECT(VERDICT_WARN, "/k/master.key is a file, and its device is not encrypted",
           doctor_check_master(&look));
    look.volume.protection = PROTECTION_UNKNOWN;
    EXPECT(VERDICT_WARN, "cannot be seen", doctor_check_master(&look));
    look.volume.protection = PROTECTION_LUKS;
    EXPECT(VERDICT_OK, "encrypts", doctor_check_master(&look));
    look.volume.protection = PROTECTION_FSCRYPT;
    EXPECT(VERDICT_OK, "encrypts", doctor_check_master(&look));
    look.volume.error = ENOENT;
    EXPECT(VERDICT_BAD, "No such file", doctor_check_master(&look));
    look.is_credential = true;
    EXPECT(VERDICT_OK, "a credential", doctor_check_master(&look));
    look.is_replaced = true;
    EXPECT(VERDICT_BAD, "not the one that the keys are under", doctor_check_master(&look));
}

static void volume_that_is_not_mounted_is_bad(void **state)
{
    struct volumes_look look = {.further = 2};

    (void)state;
    EXPECT(VERDICT_OK, "2 further", doctor_check_volumes(&look));
    look.missing = 1;
    look.first = "/srv/rec2";
    (void)snprintf(look.fault.text, sizeof look.fault.text, "look at /srv/rec2/store.id");
    EXPECT(VERDICT_BAD, "1 of 2 further volumes are not there: look at /srv/rec2/store.id",
           doctor_check_volumes(&look));
}

static void volumes_that_fail_together_or_have_little_room_are_told(void **state)
{
    struct volumes_look look = {
        .further = 2, .alike = VOLUMES_ONE_DISK, .pair = {"/srv/rec", "/srv/rec2"}};

    (void)state;
    EXPECT(VERDICT_WARN, "/srv/rec and /srv/rec2 are on one file system",
           doctor_check_volumes(&look));
    look.low = "/srv/rec3";
    look.low_share = 405;
    EXPECT(VERDICT_WARN, "4.05 % of the volume /srv/rec3 is free", doctor_check_volumes(&look));
    look.alike = VOLUMES_ONE_DIRECTORY;
    EXPECT(VERDICT_BAD, "/srv/rec and /srv/rec2 are one directory", doctor_check_volumes(&look));
}

static void device_is_encrypted_where_all_it_stands_on_is(void **state)
{
    struct sys sys = {"/tmp/recorder-sys-XXXXXX"};

    (void)state;
    assert_non_null(mkdtemp(sys.directory));
    sys_run(&sys, "mkdir -p dev/block devices/disk/disk1;"
                  " for d in disk luks lvm half; do mkdir -p devices/$d/slaves; done;"
                  " mkdir -p devices/luks/dm devices/lvm/dm; echo 1 > devices/disk/disk1/partition;"
                  " echo CRYPT-LUKS2-0123-home > devices/luks/dm/uuid;"
                  " echo LVM-abc > devices/lvm/dm/uuid;"
                  " mkdir -p devices/swap/dm devices/verity/dm;"
                  " echo CRYPT-PLAIN-swap > devices/swap/dm/uuid;"
                  " echo CRYPT-VERITY-0123-root > devices/verity/dm/uuid;"
                  " ln -s ../../luks devices/lvm/slaves/dm-0;"
                  " ln -s ../../disk/disk1 devices/luks/slaves/disk1;"
                  " ln -s ../../luks devices/half/slaves/dm-0;"
                  " ln -s ../../disk/disk1 devices/half/slaves/disk1;"
                  " ln -s ../../half devices/half/slaves/half");
    sys_run(&sys, "cd dev/block; ln -s ../../devices/disk 253:0;"
                  " ln -s ../../devices/disk/disk1 253:1; ln -s ../../devices/luks 253:2;"
                  " ln -s ../../devices/lvm 253:3; ln -s ../../devices/half 253:4;"
                  " ln -s ../../devices/swap 253:5; ln -s ../../devices/verity 253:6");
    assert_int_equal(of(&sys, 0), PROTECTION_NONE);
    assert_int_equal(of(&sys, 1), PROTECTION_NONE);
    assert_int_equal(of(&sys, 2), PROTECTION_LUKS);
    assert_int_equal(of(&sys, 3), PROTECTION_LUKS);
    assert_int_not_equal(of(&sys, 4), PROTECTION_LUKS); /* one half is; and it stands on itself */
    assert_int_equal(of(&sys, 5), PROTECTION_LUKS);
    assert_int_equal(of(&sys, 6), PROTECTION_NONE); /* it is checked, not encrypted */
    assert_int_equal(of(&sys, 9), PROTECTION_UNKNOWN);
    sys_run(&sys, "cd /tmp && rm -rf \"$OLDPWD\"");
}

/* --- owners ------------------------------------------------------------------------------------
 */

static const struct owners OWNERS = {.ingest = 1,
                                     .web = 2,
                                     .keeper = 3,
                                     .ingest_group = 11,
                                     .web_group = 12,
                                     .keeper_group = 13,
                                     .shared_group = 10};

static const struct owners_row *row_of(const char *leaf, enum owners_where where)
{
    for (size_t i = 0; i < owners_row_count; i++)
        if (owners_rows[i].where == where && strcmp(owners_rows[i].leaf, leaf) == 0)
            return &owners_rows[i];
    fail_msg("no row for %s", leaf);
    return NULL;
}

static enum owners_fit fit(const char *leaf, enum owners_where where, mode_t mode, uid_t uid,
                           gid_t gid)
{
    const struct owners_seen seen = {
        "/x", "/x", row_of(leaf, where), {.st_mode = mode, .st_uid = uid, .st_gid = gid}};

    return owners_fit(&seen, &OWNERS);
}

static void each_file_is_its_users_alone_or_it_is_told(void **state)
{
    (void)state;
    assert_int_equal(fit("", OWNERS_MASTER, S_IFREG | 0400, 3, 13), OWNERS_FITS);
    assert_int_equal(fit("", OWNERS_MASTER, S_IFREG | 0600, 3, 0), OWNERS_FITS);
    assert_int_equal(fit("", OWNERS_MASTER, S_IFREG | 0440, 3, 13), OWNERS_TOO_OPEN);
    assert_int_equal(fit("", OWNERS_MASTER, S_IFREG | 0404, 3, 13), OWNERS_TOO_OPEN);
    assert_int_equal(fit("", OWNERS_MASTER, S_IFREG | 0400, 1, 11), OWNERS_TOO_OPEN);
    assert_int_equal(fit("", OWNERS_MASTER, S_IFREG | 0400, 0, 0), OWNERS_TOO_CLOSED);
    assert_int_equal(fit("signing/ingest.key", OWNERS_KEYS, S_IFREG | 0400, 1, 11), OWNERS_FITS);
    assert_int_equal(fit("signing/ingest.key", OWNERS_KEYS, S_IFREG | 0400, 2, 12),
                     OWNERS_TOO_OPEN);
    assert_int_equal(fit("private", OWNERS_KEYS, S_IFDIR | 02750, 3, 12), OWNERS_FITS);
    assert_int_equal(fit("private", OWNERS_KEYS, S_IFREG | 0640, 3, 12), OWNERS_FITS);
    assert_int_equal(fit("private", OWNERS_KEYS, S_IFREG | 0640, 3, 11), OWNERS_TOO_OPEN);
    assert_int_equal(fit("private", OWNERS_KEYS, S_IFREG | 0644, 3, 12), OWNERS_TOO_OPEN);
    assert_int_equal(fit("private", OWNERS_KEYS, S_IFREG | 0600, 3, 12), OWNERS_TOO_CLOSED);
    assert_int_equal(fit("private", OWNERS_KEYS, S_IFREG | 0640, 3, 0), OWNERS_TOO_CLOSED);
    assert_int_equal(fit("recordings", OWNERS_STORE, S_IFREG | 0664, 3, 11), OWNERS_FITS);
    assert_int_equal(fit("recordings", OWNERS_STORE, S_IFREG | 0664, 1, 12), OWNERS_TOO_OPEN);
    assert_int_equal(fit("recordings", OWNERS_STORE, S_IFREG | 0666, 1, 11), OWNERS_TOO_OPEN);
    assert_int_equal(fit("recordings", OWNERS_STORE, S_IFDIR | 0775, 1, 11), OWNERS_TOO_CLOSED);
    assert_int_equal(fit("public", OWNERS_KEYS, S_IFREG | 0644, 3, 0), OWNERS_FITS);
    assert_int_equal(fit("signing", OWNERS_KEYS, S_IFDIR | 0755, 0, 0), OWNERS_FITS);
    assert_int_equal(fit("signing", OWNERS_KEYS, S_IFDIR | 0755, 3, 13), OWNERS_TOO_OPEN);
    assert_int_equal(fit("", OWNERS_STORE, S_IFDIR | 02770, 3, 10), OWNERS_TOO_CLOSED);
    assert_int_equal(fit("", OWNERS_STORE, S_IFDIR | 03775, 3, 10), OWNERS_TOO_OPEN);
}

static void what_another_owns_below_a_directory_is_told(void **state)
{
    (void)state;
    assert_int_equal(fit("private", OWNERS_KEYS, S_IFREG | 0640, 1, 12), OWNERS_TOO_OPEN);
    assert_int_equal(fit("private", OWNERS_KEYS, S_IFREG | 0640, 0, 12), OWNERS_TOO_CLOSED);
    assert_int_equal(fit("public", OWNERS_KEYS, S_IFDIR | 0755, 2, 13), OWNERS_TOO_OPEN);
    assert_int_equal(fit("receipts", OWNERS_STORE, S_IFREG | 0640, 2, 13), OWNERS_TOO_OPEN);
    assert_int_equal(fit("recordings", OWNERS_STORE, S_IFREG | 0664, 1, 11), OWNERS_FITS);
    assert_int_equal(fit("recordings", OWNERS_STORE, S_IFREG | 0664, 2, 11), OWNERS_TOO_OPEN);
    assert_int_equal(fit("index.sqlite-wal", OWNERS_STORE, S_IFREG | 0660, 1, 10), OWNERS_FITS);
    assert_int_equal(fit("index.sqlite-wal", OWNERS_STORE, S_IFREG | 0660, 9, 10), OWNERS_TOO_OPEN);
}

static void owners_that_are_not_right_are_counted_and_one_is_named(void **state)
{
    struct owners_look look = {.owners = OWNERS};

    (void)state;
    EXPECT(VERDICT_OK, "as they should be", doctor_check_owners(&look));
    look.too_closed = 2;
    (void)snprintf(look.first, sizeof look.first, "/keys/x");
    EXPECT(VERDICT_WARN, "/keys/x", doctor_check_owners(&look));
    look.too_open = 1;
    EXPECT(VERDICT_BAD, "1 files are open to more", doctor_check_owners(&look));
    EXPECT(VERDICT_OK, "user 1, the keeper 3", doctor_check_users(&look));
    look.owners.ingest = 3;
    EXPECT(VERDICT_WARN, "one user", doctor_check_users(&look));
    look.error = EACCES;
    EXPECT(VERDICT_BAD, "Permission denied", doctor_check_users(&look));
    EXPECT(VERDICT_BAD, "Permission denied", doctor_check_owners(&look));
}

/* --- the rest ----------------------------------------------------------------------------------
 */

static void index_of_another_version_says_what_to_do(void **state)
{
    struct index_look look = {.status = STATUS_OK};

    (void)state;
    EXPECT(VERDICT_OK, "opens", doctor_check_index(&look));
    look.status = fault_set(&look.fault, STATUS_VERSION, 0, "index x: run `recorderctl init`");
    EXPECT(VERDICT_BAD, "recorderctl init", doctor_check_index(&look));
    look.status = fault_set(&look.fault, STATUS_CORRUPT, 0, "index x: malformed");
    EXPECT(VERDICT_BAD, "malformed", doctor_check_index(&look));
}

static void room_is_judged_by_its_level(void **state)
{
    struct room room = {.free_share = 4200, .reserve_bytes = 5 << 20, .reserve_held = true};

    (void)state;
    EXPECT(VERDICT_OK, "42.00 %", doctor_check_space(&room));
    EXPECT(VERDICT_OK, "5 MiB are set aside", doctor_check_reserve(&room));
    room.reserve_held = false;
    EXPECT(VERDICT_WARN, "not set aside", doctor_check_reserve(&room));
    room.level = SPACE_LOW;
    EXPECT(VERDICT_WARN, "low", doctor_check_space(&room));
    room.level = SPACE_NO_EXPORTS;
    EXPECT(VERDICT_WARN, "no_exports", doctor_check_space(&room));
    room.level = SPACE_NO_CALLS;
    EXPECT(VERDICT_BAD, "no_calls", doctor_check_space(&room));
}

static void keys_that_are_missing_now_are_bad_and_next_month_s_a_warning(void **state)
{
    struct keys_look look = {.customers = 5};

    (void)state;
    EXPECT(VERDICT_OK, "all 5 customers", doctor_check_months(&look));
    look.without_next_month = 1;
    EXPECT(VERDICT_WARN, "1 none of the next", doctor_check_months(&look));
    look.without_this_month = 1;
    EXPECT(VERDICT_BAD, "1 have no key of this month", doctor_check_months(&look));
    EXPECT(VERDICT_WARN, "no recovery key", doctor_check_recovery(&look));
    look.recovery_key = true;
    look.months = 7;
    EXPECT(VERDICT_OK, "all 7 keys", doctor_check_recovery(&look));
    look.without_recovery = 2;
    EXPECT(VERDICT_BAD, "2 of 7", doctor_check_recovery(&look));
    (void)fault_set(&look.fault, STATUS_IO, EACCES, "look into keys");
    EXPECT(VERDICT_BAD, "look into keys", doctor_check_months(&look));
    EXPECT(VERDICT_BAD, "look into keys", doctor_check_recovery(&look));
}

static void clock_that_is_alone_or_far_off_is_a_warning(void **state)
{
    struct clock_look look = {.synchronised = true, .error_us = 300};

    (void)state;
    EXPECT(VERDICT_OK, "300 us", doctor_check_clock(&look));
    look.error_us = 250000;
    EXPECT(VERDICT_WARN, "250 ms", doctor_check_clock(&look));
    look.synchronised = false;
    EXPECT(VERDICT_WARN, "not synchronised", doctor_check_clock(&look));
    look.error = EPERM;
    EXPECT(VERDICT_WARN, "not permitted", doctor_check_clock(&look));
}

static void core_dumps_that_go_to_a_program_are_a_warning(void **state)
{
    struct core_look look = {.pattern = "core"};

    (void)state;
    EXPECT(VERDICT_OK, "no core", doctor_check_core(&look));
    look.suid_dumpable = 1;
    EXPECT(VERDICT_WARN, "suid_dumpable = 1", doctor_check_core(&look));
    strcpy(look.pattern, "|/usr/share/apport/apport %p");
    EXPECT(VERDICT_WARN, "apport", doctor_check_core(&look));
}

static void swap_that_is_not_encrypted_is_a_warning(void **state)
{
    struct swap_look look = {0};

    (void)state;
    EXPECT(VERDICT_OK, "no swap", doctor_check_swap(&look));
    look.areas = 2;
    EXPECT(VERDICT_OK, "all swap", doctor_check_swap(&look));
    look.open = 1;
    strcpy(look.first, "/dev/sda2");
    EXPECT(VERDICT_WARN, "/dev/sda2", doctor_check_swap(&look));
}

static void keeper_that_is_late_is_bad(void **state)
{
    struct keeper_look look = {.reported = true, .age_s = 110, .period_s = 5};

    (void)state;
    EXPECT(VERDICT_OK, "110 s ago", doctor_check_keeper(&look));
    look.errors = 2;
    EXPECT(VERDICT_WARN, "2 steps", doctor_check_keeper(&look));
    look.age_s = 111;
    EXPECT(VERDICT_BAD, "111 s ago", doctor_check_keeper(&look));
    look.reported = false;
    EXPECT(VERDICT_WARN, "not reported", doctor_check_keeper(&look));
}

static void bad_recordings_and_late_scrubs_are_told(void **state)
{
    struct scrub_look look = {.days = 30, .recordings = 9, .oldest_age_s = 37 * 86400};

    (void)state;
    EXPECT(VERDICT_OK, "9 recordings", doctor_check_scrub(&look));
    look.oldest_age_s++;
    EXPECT(VERDICT_WARN, "37 days", doctor_check_scrub(&look));
    look.days = 0;
    EXPECT(VERDICT_WARN, "scrub_days = 0", doctor_check_scrub(&look));
    look.bad = 1;
    EXPECT(VERDICT_BAD, "1 of 9", doctor_check_scrub(&look));
}

static void alarms_that_nobody_acknowledged_are_bad(void **state)
{
    struct alarms_look look = {0};

    (void)state;
    EXPECT(VERDICT_OK, "no alarm", doctor_check_alarms(&look));
    look.open = 3;
    EXPECT(VERDICT_BAD, "3 alarms", doctor_check_alarms(&look));
}

static void what_was_never_or_long_ago_done_is_a_warning(void **state)
{
    struct done_look look = {.check = "backup", .due_s = 100, .remedy = "make one"};

    (void)state;
    EXPECT(VERDICT_WARN, "no backup", doctor_check_done(&look));
    look.fault.status = fault_set(&look.fault, STATUS_IO, 0, "disk I/O error");
    EXPECT(VERDICT_BAD, "disk I/O error", doctor_check_done(&look));
    fault_clear(&look.fault);
    look.known = true;
    look.age_s = 100;
    EXPECT(VERDICT_OK, "0 hours", doctor_check_done(&look));
    look.age_s = 200000;
    EXPECT(VERDICT_WARN, "2 days", doctor_check_done(&look));
}

/* --- the command -------------------------------------------------------------------------------
 */

static const char *verdict_of(const json_t *report, const char *check)
{
    const json_t *findings = json_object_get(report, "findings");

    for (size_t i = 0; i < json_array_size(findings); i++) {
        const json_t *finding = json_array_get(findings, i);
        if (strcmp(json_string_value(json_object_get(finding, "check")), check) == 0)
            return json_string_value(json_object_get(finding, "verdict"));
    }
    fail_msg("no finding of %s", check);
    return NULL;
}

static void new_store_is_well_but_for_what_operators_do(void **state)
{
    struct ctl *ctl = *state;

    assert_int_equal(ctl_run(ctl, "doctor", "--json", NULL), 0);
    json_t *report = ctl_json(ctl);
    assert_int_equal(json_integer_value(json_object_get(report, "bad")), 0);
    assert_string_equal(verdict_of(report, "configuration"), "ok");
    assert_string_equal(verdict_of(report, "index"), "ok");
    assert_string_equal(verdict_of(report, "months"), "ok");
    assert_string_equal(verdict_of(report, "scrub"), "ok");
    assert_string_equal(verdict_of(report, "recovery"), "warn");
    assert_string_equal(verdict_of(report, "backup"), "warn");
    json_decref(report);
    assert_int_equal(ctl_run(ctl, "doctor", NULL), 0);
    assert_non_null(strstr(ctl->out, "ok    index"));
    assert_non_null(strstr(ctl->out, "\nwarn  backup"));
}

static void index_without_a_trigger_of_the_audit_log_is_bad(void **state)
{
    struct ctl *ctl = *state;

    (void)ctl_sql(ctl, "DROP TRIGGER audit_never_deleted");
    assert_int_equal(ctl_run(ctl, "doctor", NULL), 1);
    assert_non_null(strstr(ctl->out, "the index's trigger audit_never_deleted is missing"));
}

static void master_key_that_others_may_read_is_bad_and_exit_1(void **state)
{
    struct ctl *ctl = *state;
    char path[160];

    (void)snprintf(path, sizeof path, "%s/keys/master.key", ctl->store);
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(ctl_run(ctl, "doctor", NULL), 1);
    assert_non_null(strstr(ctl->out, "\nbad   owners"));
    assert_non_null(strstr(ctl->out, path));
}

static void month_without_keys_is_bad(void **state)
{
    struct ctl *ctl = *state;
    char command[256];

    (void)snprintf(command, sizeof command, "rm -r %s/keys/private/*-*/*", ctl->store);
    assert_int_equal(system(command), 0);
    assert_int_equal(ctl_run(ctl, "doctor", "--json", NULL), 1);
    json_t *report = ctl_json(ctl);
    assert_string_equal(verdict_of(report, "months"), "bad");
    json_decref(report);
}

static void without_a_store_or_an_index_the_rest_is_still_looked_at(void **state)
{
    struct ctl *ctl = *state;

    assert_int_equal(ctl_run(ctl, "doctor", "--json", NULL), 1);
    json_t *report = ctl_json(ctl);
    assert_string_equal(verdict_of(report, "file_system"), "bad");
    assert_string_equal(verdict_of(report, "index"), "bad");
    assert_non_null(verdict_of(report, "clock"));
    json_decref(report);
}

static void configuration_that_cannot_be_read_is_the_one_finding(void **state)
{
    struct ctl *ctl = *state;

    assert_int_equal(unlink(ctl->config), 0);
    assert_int_equal(ctl_run(ctl, "doctor", "--json", NULL), 1);
    json_t *report = ctl_json(ctl);
    assert_string_equal(verdict_of(report, "configuration"), "bad");
    assert_int_equal(json_array_size(json_object_get(report, "findings")), 1);
    json_decref(report);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, ctl_set_up, ctl_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(file_systems_that_lie_forget_or_are_elsewhere_are_bad),
        cmocka_unit_test(volume_that_nobody_encrypts_is_a_warning),
        cmocka_unit_test(device_is_encrypted_where_all_it_stands_on_is),
        cmocka_unit_test(master_key_in_a_file_that_nothing_encrypts_is_a_warning),
        cmocka_unit_test(volume_that_is_not_mounted_is_bad),
        cmocka_unit_test(volumes_that_fail_together_or_have_little_room_are_told),
        cmocka_unit_test(each_file_is_its_users_alone_or_it_is_told),
        cmocka_unit_test(what_another_owns_below_a_directory_is_told),
        cmocka_unit_test(owners_that_are_not_right_are_counted_and_one_is_named),
        cmocka_unit_test(index_of_another_version_says_what_to_do),
        cmocka_unit_test(room_is_judged_by_its_level),
        cmocka_unit_test(keys_that_are_missing_now_are_bad_and_next_month_s_a_warning),
        cmocka_unit_test(clock_that_is_alone_or_far_off_is_a_warning),
        cmocka_unit_test(core_dumps_that_go_to_a_program_are_a_warning),
        cmocka_unit_test(swap_that_is_not_encrypted_is_a_warning),
        cmocka_unit_test(keeper_that_is_late_is_bad),
        cmocka_unit_test(bad_recordings_and_late_scrubs_are_told),
        cmocka_unit_test(alarms_that_nobody_acknowledged_are_bad),
        cmocka_unit_test(what_was_never_or_long_ago_done_is_a_warning),
        CASE(new_store_is_well_but_for_what_operators_do),
        CASE(index_without_a_trigger_of_the_audit_log_is_bad),
        CASE(master_key_that_others_may_read_is_bad_and_exit_1),
        CASE(month_without_keys_is_bad),
        cmocka_unit_test_setup_teardown(without_a_store_or_an_index_the_rest_is_still_looked_at,
                                        ctl_set_up_empty, ctl_tear_down),
        cmocka_unit_test_setup_teardown(configuration_that_cannot_be_read_is_the_one_finding,
                                        ctl_set_up_empty, ctl_tear_down),
    };

    return cmocka_run_group_tests_name("doctor", tests, NULL, NULL);
}
