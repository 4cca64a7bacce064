/* Looking: what the configuration names, and the machine. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timex.h>

#include "storage/disk/volume_mark.h"
#include "storage/disk/volumes.h"
#include "storage/index/alarms.h"
#include "storage/index/audit.h"
#include "storage/index/schema_check.h"
#include "storage/index/scrub.h"
#include "tools/recorderctl/doctor.h"
#include "tools/recorderctl/doctor_volume.h"
#include "tools/recorderctl/keeper.h"
#include "tools/recorderctl/keys_seen.h"
#include "tools/recorderctl/owners_files.h"

enum { DAY_S = 86400, BACKUP_DUE_S = 2 * DAY_S };

static void add(struct doctor_report *report, struct finding finding)
{
    if (report->count < DOCTOR_FINDINGS)
        report->finding[report->count++] = finding;
}

static bool read_line(const char *path, char *text, size_t text_bytes)
{
    FILE *file = fopen(path, "re");
    bool read = file && fgets(text, (int)text_bytes, file);

    if (file)
        (void)fclose(file);
    if (read)
        text[strcspn(text, "\n")] = '\0';
    return read;
}

/* --- owners ------------------------------------------------------------------------------------
 */

static bool judge_owner(void *arg, const struct owners_seen *seen)
{
    struct owners_look *look = arg;
    enum owners_fit fit = owners_fit(seen, &look->owners);

    if (fit == OWNERS_FITS)
        return true;
    if ((fit == OWNERS_TOO_OPEN && !look->too_open) || (!look->too_open && !look->too_closed)) {
        (void)snprintf(look->first, sizeof look->first, "%s", seen->path);
        look->first_mode = seen->about.st_mode & 07777;
    }
    look->too_open += fit == OWNERS_TOO_OPEN;
    look->too_closed += fit == OWNERS_TOO_CLOSED;
    return true;
}

static void look_at_owners(const struct context *context, struct doctor_report *report)
{
    struct owners_look look = {0};
    struct fault fault = {0};

    if (owners_read(context->config, &look.owners, &fault) != STATUS_OK ||
        owners_files_walk(context->config, judge_owner, &look, &fault) != STATUS_OK)
        look.error = fault.sys_errno ? fault.sys_errno : EIO;
    add(report, doctor_check_users(&look));
    add(report, doctor_check_owners(&look));
}

/* --- the machine -------------------------------------------------------------------------------
 */

static struct clock_look look_at_clock(void)
{
    struct timex clock = {0};
    int state = adjtimex(&clock);

    return (struct clock_look){
        .error = state < 0 ? errno : 0,
        .synchronised = state >= 0 && state != TIME_ERROR && !(clock.status & STA_UNSYNC),
        .error_us = clock.esterror,
    };
}

static struct core_look look_at_core(void)
{
    struct core_look look = {.suid_dumpable = -1};
    char line[32];

    (void)read_line("/proc/sys/kernel/core_pattern", look.pattern, sizeof look.pattern);
    if (read_line("/proc/sys/fs/suid_dumpable", line, sizeof line))
        look.suid_dumpable = (int)strtol(line, NULL, 10);
    return look;
}

/* zram is memory, and as safe as that. */
static bool is_open_swap(const char *path)
{
    struct stat about;

    if (strncmp(path, "/dev/zram", 9) == 0 || stat(path, &about) != 0)
        return false;
    dev_t device = S_ISBLK(about.st_mode) ? about.st_rdev : about.st_dev;
    return doctor_volume_device("/sys", device) != PROTECTION_LUKS;
}

static struct swap_look look_at_swap(void)
{
    struct swap_look look = {0};
    char line[512];
    FILE *file = fopen("/proc/swaps", "re");

    if (!file || !fgets(line, sizeof line, file)) { /* its heading */
        if (file)
            (void)fclose(file);
        return look;
    }
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, " \t\n")] = '\0';
        look.areas++;
        if (!is_open_swap(line))
            continue;
        if (!look.open++)
            (void)snprintf(look.first, sizeof look.first, "%.255s", line);
    }
    (void)fclose(file);
    return look;
}

/* --- what is done from time to time ------------------------------------------------------------
 */

/* How long ago a moment was, told in RFC 3339; -1 where it is none. */
static int64_t age_of(const json_t *moment)
{
    wall_time at;

    if (!json_is_string(moment) || clock_parse_rfc3339(json_string_value(moment), &at) != STATUS_OK)
        return -1;
    int64_t age_s = (clock_wall_now().ns - at.ns) / CLOCK_NS_PER_S;
    return age_s < 0 ? 0 : age_s;
}

static struct keeper_look look_at_keeper(const struct context *context, const json_t *report)
{
    struct keeper_look look = {.period_s = context->config->keeper_period_s};

    look.age_s = age_of(json_object_get(report, "round_at"));
    look.reported = look.age_s >= 0;
    look.errors = json_integer_value(json_object_get(report, "errors"));
    return look;
}

static struct scrub_look look_at_scrub(const struct context *context)
{
    struct scrub_look look = {.days = context->config->scrub_days};
    struct scrub_counts counts;

    if (scrub_count(context->index, &counts, &look.fault) != STATUS_OK)
        return look;
    for (size_t i = 0; i < SCRUB_RESULTS; i++)
        look.recordings += counts.of[i];
    look.bad = counts.of[SCRUB_BAD];
    if (counts.any)
        look.oldest_age_s = (clock_wall_now().ns - counts.oldest.ns) / CLOCK_NS_PER_S;
    return look;
}

static struct alarms_look look_at_alarms(const struct context *context)
{
    struct alarms_look look = {0};

    if (alarms_count(context->index, &look.open, &look.fault) != STATUS_OK)
        look.open = 0; /* the fault says why */
    return look;
}

/* The last entry of the audit log with that action. */
static struct done_look look_at_backup(const struct context *context)
{
    struct done_look look = {
        .check = "backup",
        .due_s = BACKUP_DUE_S,
        .remedy = "make one from time to time, on another machine: `recorderctl backup DIR`",
    };
    wall_time at;
    enum status status = audit_last(context->index, "backup", &at, &look.fault);

    if (status == STATUS_NOT_FOUND)
        fault_clear(&look.fault);
    if (status == STATUS_OK) {
        look.known = true;
        look.age_s = (clock_wall_now().ns - at.ns) / CLOCK_NS_PER_S;
    }
    return look;
}

/* --- all of it ---------------------------------------------------------------------------------
 */

static bool same_volume(const struct volume_seen *left, const struct volume_seen *right)
{
    return !left->error && !right->error && left->device == right->device;
}

static void look_for_pair(const struct volumes *volumes, struct volumes_look *look)
{
    for (size_t i = 1; i < volumes->count; i++)
        for (size_t k = 0; k < i; k++) {
            enum volumes_alike alike = volumes_compare(&disk_system, volumes, k, i);
            if (alike <= look->alike)
                continue;
            look->alike = alike;
            look->pair[0] = volumes->directory[k];
            look->pair[1] = volumes->directory[i];
        }
}

/* recorder-ingest watches the store's own alone. */
static void look_for_room(const struct context *context, const struct volumes *volumes,
                          struct volumes_look *look)
{
    const struct space_limits limits = {.low_percent =
                                            (unsigned)context->config->disk_warn_percent};

    look->low_share = SPACE_WHOLE;
    for (size_t i = 1; i < volumes->count; i++) {
        struct space space;
        if (space_look(&disk_system, volumes->directory[i], &space, NULL) != STATUS_OK ||
            space_level(&space, &limits) == SPACE_PLENTY ||
            space_free_share(&space) >= look->low_share)
            continue;
        look->low = volumes->directory[i];
        look->low_share = space_free_share(&space);
    }
}

static void look_for_volumes(const struct context *context, const struct volumes *volumes,
                             struct doctor_report *report)
{
    struct volumes_look look = {.further = volumes->count - 1};
    struct uuid store;
    struct fault fault = {0};
    enum status known = volume_mark_read(&disk_system, volumes->directory[0], &store, &fault);

    for (size_t i = 1; i < volumes->count; i++) {
        if (known == STATUS_OK &&
            volume_mark_check(&disk_system, store, volumes->directory[i], &fault) == STATUS_OK)
            continue;
        if (!look.missing++) {
            look.first = volumes->directory[i];
            look.fault = fault;
        }
    }
    look_for_pair(volumes, &look);
    look_for_room(context, volumes, &look);
    add(report, doctor_check_volumes(&look));
}

static void look_at_master(const struct context *context, struct doctor_report *report)
{
    const struct config *config = context->config;
    bool in_force = true;
    const struct master_look look = {
        .is_credential = config->master_key_is_credential,
        .is_replaced = keys_master_in_force(&disk_system, config->keys, config->master_key,
                                            &in_force, NULL) == STATUS_OK &&
                       !in_force,
        .volume = doctor_volume_look("the master key", config->master_key),
    };

    add(report, doctor_check_master(&look));
}

static void look_at_volumes(const struct context *context, struct doctor_report *report)
{
    const struct volumes volumes = volumes_of(context->config);
    struct volume_seen store = doctor_volume_look("the store", context->config->store);
    struct volume_seen keys = doctor_volume_look("the keys' directory", context->config->keys);

    store.in_the_clear = "the index has telephone numbers and names";
    keys.in_the_clear = "the signing keys and the sign-in key are";
    add(report, doctor_check_file_system(&store));
    add(report, doctor_check_encryption(&store));
    if (!same_volume(&store, &keys)) {
        add(report, doctor_check_file_system(&keys));
        add(report, doctor_check_encryption(&keys));
    }
    for (size_t i = 1; i < volumes.count; i++) {
        const struct volume_seen further = doctor_volume_look("the volume", volumes.directory[i]);
        add(report, doctor_check_file_system(&further));
    }
    if (volumes.count > 1)
        look_for_volumes(context, &volumes, report);
}

static void look_at_index(struct context *context, struct doctor_report *report)
{
    struct index_look look = {.status = STATUS_OK};
    char path[BOUND_PATH_BYTES];

    look.status = context_store_path(context, "index.sqlite", path, &look.fault);
    if (look.status == STATUS_OK && !context->index)
        look.status = index_open(path, &context->index, &look.fault);
    if (look.status == STATUS_OK)
        look.status = schema_check(context->index, &look.fault);
    add(report, doctor_check_index(&look));
}

static void look_at_room(const struct context *context, struct doctor_report *report)
{
    struct room room;
    struct fault fault = {0};

    if (room_look(context, &room, &fault) != STATUS_OK)
        return; /* the file system's finding says so */
    add(report, doctor_check_space(&room));
    add(report, doctor_check_reserve(&room));
}

static void look_at_keys(struct context *context, struct doctor_report *report)
{
    struct keys_look keys = {0};
    struct sign_in_look sign_in;

    if (!context->index) /* whose they should be is there */
        return;
    keys_seen_look(context, clock_wall_now(), &keys);
    add(report, doctor_check_months(&keys));
    add(report, doctor_check_recovery(&keys));
    doctor_look_sign_in(context, &sign_in);
    add(report, doctor_check_sign_in(&sign_in));
}

static void look_at_machine(struct doctor_report *report)
{
    const struct clock_look clock = look_at_clock();
    const struct core_look core = look_at_core();
    const struct swap_look swap = look_at_swap();

    add(report, doctor_check_clock(&clock));
    add(report, doctor_check_core(&core));
    add(report, doctor_check_swap(&swap));
}

static void look_at_work(const struct context *context, struct doctor_report *report)
{
    json_t *keeper_report = keeper_report_read(context);
    const struct keeper_look keeper = look_at_keeper(context, keeper_report);

    add(report, doctor_check_keeper(&keeper));
    json_decref(keeper_report);
    if (!context->index)
        return;
    const struct scrub_look scrub = look_at_scrub(context);
    const struct alarms_look alarms = look_at_alarms(context);
    const struct done_look backup = look_at_backup(context);
    add(report, doctor_check_scrub(&scrub));
    add(report, doctor_check_alarms(&alarms));
    add(report, doctor_check_done(&backup));
}

void doctor_look(struct context *context, struct doctor_report *report)
{
    look_at_volumes(context, report);
    look_at_master(context, report);
    look_at_owners(context, report);
    look_at_index(context, report);
    look_at_room(context, report);
    look_at_keys(context, report);
    look_at_machine(report);
    look_at_work(context, report);
}
