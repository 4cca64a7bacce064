/* Judging what a look saw: all but volumes (doctor_check_volume.c). Pure. */
#include <string.h>

#include "tools/recorderctl/doctor_finding.h"

enum { CLOCK_OFF_US_MAX = 100000, MIB = 1024 * 1024, DAY_S = 86400, SCRUB_LATE_DAYS = 7 };

/* --- owners ------------------------------------------------------------------------------------
 */

struct finding doctor_check_users(const struct owners_look *seen)
{
    struct finding finding = finding_of("users");
    const struct owners *owners = &seen->owners;

    if (seen->error) {
        finding.verdict = VERDICT_BAD;
        finding_say(finding.found, "whose the store is cannot be seen: %s", strerror(seen->error));
        finding_say(finding.remedy, "run doctor as root, or `recorderctl init`");
    } else if (owners->ingest == owners->keeper) {
        finding.verdict = VERDICT_WARN;
        finding_say(finding.found, "recorder-ingest and the keeper are one user (%u)",
                    (unsigned)owners->keeper);
        finding_say(finding.remedy,
                    "who takes over recorder-ingest has every key then: make the users "
                    "that README.md names, and run `recorderctl init` as root");
    } else {
        finding_say(
            finding.found, "recorder-ingest is user %u, the keeper %u; recorder-web is in group %u",
            (unsigned)owners->ingest, (unsigned)owners->keeper, (unsigned)owners->web_group);
    }
    return finding;
}

struct finding doctor_check_owners(const struct owners_look *seen)
{
    struct finding finding = finding_of("owners");

    if (seen->error) {
        finding.verdict = VERDICT_BAD;
        finding_say(finding.found, "owners and modes cannot be seen: %s", strerror(seen->error));
        finding_say(finding.remedy, "run doctor as root, or `recorderctl init`");
        return finding;
    }
    if (!seen->too_open && !seen->too_closed) {
        finding_say(finding.found, "owners and modes are as they should be");
        return finding;
    }
    finding.verdict = seen->too_open ? VERDICT_BAD : VERDICT_WARN;
    finding_say(finding.found,
                "%zu files are open to more than need them, %zu to fewer, such as %s (%04o)",
                seen->too_open, seen->too_closed, seen->first, (unsigned)seen->first_mode);
    finding_say(finding.remedy,
                "run `recorderctl init` as root; it sets what storage/KEYS.md says");
    return finding;
}

/* --- index and room ----------------------------------------------------------------------------
 */

static const char *index_remedy(enum status status)
{
    if (status == STATUS_VERSION || status == STATUS_NOT_FOUND)
        return "run what it says";
    if (status == STATUS_CONFLICT)
        return "somebody changed it: entries of the audit log may be gone. Compare it with a "
               "backup, find out who may write it, then make it anew: `recorderctl index rebuild`";
    return "restore it from a backup, or make it anew: `recorderctl index rebuild`";
}

struct finding doctor_check_index(const struct index_look *seen)
{
    struct finding finding = finding_of("index");

    if (seen->status == STATUS_OK) {
        finding_say(finding.found, "the index opens, schema version %d", (int)INDEX_SCHEMA_VERSION);
        return finding;
    }
    finding.verdict = VERDICT_BAD;
    finding_say(finding.found, "%s", seen->fault.text);
    finding_say(finding.remedy, "%s", index_remedy(seen->status));
    return finding;
}

struct finding doctor_check_space(const struct room *seen)
{
    struct finding finding = finding_of("space");

    finding_say(finding.found, "%u.%02u %% of the store's volume is free (%s)",
                seen->free_share / 100, seen->free_share % 100, space_level_name(seen->level));
    switch (seen->level) {
    case SPACE_PLENTY:
        break;
    case SPACE_LOW:
        finding.verdict = VERDICT_WARN;
        finding_say(finding.remedy, "make room: nothing is deleted by itself");
        break;
    case SPACE_NO_EXPORTS:
        finding.verdict = VERDICT_WARN;
        finding_say(finding.remedy, "make room: nothing is exported onto this volume meanwhile");
        break;
    case SPACE_NO_CALLS:
        finding.verdict = VERDICT_BAD;
        finding_say(finding.remedy, "make room: new calls are refused meanwhile");
        break;
    }
    return finding;
}

struct finding doctor_check_reserve(const struct room *seen)
{
    struct finding finding = finding_of("reserve");
    unsigned long long mib = seen->reserve_bytes / MIB;

    if (!seen->reserve_bytes || seen->reserve_held) {
        finding_say(finding.found, "%llu MiB are set aside for calls in progress", mib);
        return finding;
    }
    finding.verdict = VERDICT_WARN;
    finding_say(finding.found, "%llu MiB are not set aside for calls in progress", mib);
    finding_say(finding.remedy,
                "recorder-ingest does it when it starts, and when there is room again; "
                "its log says why not (space.reserve_failed)");
    return finding;
}

/* --- keys --------------------------------------------------------------------------------------
 */

static bool unread(const struct keys_look *seen, struct finding *finding)
{
    if (seen->fault.status == STATUS_OK)
        return false;
    finding->verdict = VERDICT_BAD;
    finding_say(finding->found, "%s", seen->fault.text);
    finding_say(finding->remedy, "run doctor as root or as the keeper's user");
    return true;
}

struct finding doctor_check_months(const struct keys_look *seen)
{
    struct finding finding = finding_of("months");

    if (unread(seen, &finding))
        return finding;
    if (!seen->without_this_month && !seen->without_next_month) {
        finding_say(finding.found, "all %zu customers have keys of this month and the next",
                    seen->customers);
        return finding;
    }
    finding.verdict = seen->without_this_month ? VERDICT_BAD : VERDICT_WARN;
    finding_say(finding.found,
                "of %zu customers %zu have no key of this month, %zu none of the next",
                seen->customers, seen->without_this_month, seen->without_next_month);
    finding_say(finding.remedy, "the keeper makes them: see that it runs (`recorderctl status`)");
    return finding;
}

struct finding doctor_check_recovery(const struct keys_look *seen)
{
    struct finding finding = finding_of("recovery");

    if (unread(seen, &finding))
        return finding;
    if (!seen->recovery_key) {
        finding.verdict = VERDICT_WARN;
        finding_say(finding.found,
                    "there is no recovery key: with the master key every recording is lost");
        finding_say(finding.remedy,
                    "make one: `recorderctl keys recovery-new`, and keep what it prints "
                    "away from this machine");
    } else if (seen->without_recovery) {
        finding.verdict = VERDICT_BAD;
        finding_say(finding.found, "%zu of %zu keys are not sealed to the recovery key",
                    seen->without_recovery, seen->months);
        finding_say(finding.remedy,
                    "`recorderctl keys status` names them; the keeper seals them in its "
                    "next round");
    } else {
        finding_say(finding.found, "all %zu keys are sealed to the recovery key", seen->months);
    }
    return finding;
}

/* --- the machine -------------------------------------------------------------------------------
 */

struct finding doctor_check_clock(const struct clock_look *seen)
{
    struct finding finding = finding_of("clock");

    if (seen->error || !seen->synchronised) {
        finding.verdict = VERDICT_WARN;
        finding_say(finding.found, "the clock is not synchronised%s%s", seen->error ? ": " : "",
                    seen->error ? strerror(seen->error) : "");
        finding_say(finding.remedy, "recordings bear its time: run chrony, or systemd-timesyncd");
    } else if (seen->error_us > CLOCK_OFF_US_MAX) {
        finding.verdict = VERDICT_WARN;
        finding_say(finding.found, "the clock may be off by %lld ms",
                    (long long)seen->error_us / 1000);
        finding_say(finding.remedy, "see what its time server says (chronyc tracking)");
    } else {
        finding_say(finding.found, "the clock is synchronised, to %lld us",
                    (long long)seen->error_us);
    }
    return finding;
}

struct finding doctor_check_core(const struct core_look *seen)
{
    struct finding finding = finding_of("core_dumps");

    if (seen->pattern[0] == '|') {
        finding.verdict = VERDICT_WARN;
        finding_say(finding.found, "core dumps are piped to %.200s, which heeds no limit",
                    seen->pattern + 1);
        finding_say(finding.remedy,
                    "the recorder's programs forbid theirs, but audio may be in those of "
                    "others: see that it keeps none, or sysctl kernel.core_pattern=core");
    } else if (seen->suid_dumpable > 0) {
        finding.verdict = VERDICT_WARN;
        finding_say(finding.found,
                    "programs that changed their user are dumped (fs.suid_dumpable = %d)",
                    seen->suid_dumpable);
        finding_say(finding.remedy, "sysctl fs.suid_dumpable=0");
    } else {
        finding_say(finding.found, "the programs dump no core, and nothing here makes them");
    }
    return finding;
}

struct finding doctor_check_swap(const struct swap_look *seen)
{
    struct finding finding = finding_of("swap");

    if (!seen->open) {
        finding_say(finding.found, seen->areas ? "all swap is encrypted" : "there is no swap");
        return finding;
    }
    finding.verdict = VERDICT_WARN;
    finding_say(finding.found, "%zu of %zu swap areas are not encrypted, such as %.200s",
                seen->open, seen->areas, seen->first);
    finding_say(finding.remedy,
                "keys are locked in memory, audio on its way is not: encrypt it, or "
                "swapoff");
    return finding;
}

/* --- what is done from time to time ------------------------------------------------------------
 */

struct finding doctor_check_keeper(const struct keeper_look *seen)
{
    struct finding finding = finding_of("keeper");
    int64_t late_s = 10 * seen->period_s + 60;

    if (!seen->reported) {
        finding.verdict = VERDICT_WARN;
        finding_say(finding.found, "the keeper has not reported here yet");
        finding_say(finding.remedy, "run it: `recorderctl keeper`");
    } else if (seen->age_s > late_s) {
        finding.verdict = VERDICT_BAD;
        finding_say(finding.found, "the keeper's last round was %lld s ago",
                    (long long)seen->age_s);
        finding_say(finding.remedy,
                    "without it nothing is recovered, and keys run out with the month: "
                    "start it, see its log");
    } else if (seen->errors) {
        finding.verdict = VERDICT_WARN;
        finding_say(finding.found, "%lld steps of the keeper's last round failed",
                    (long long)seen->errors);
        finding_say(finding.remedy, "its log says which (keeper.step_failed)");
    } else {
        finding_say(finding.found, "the keeper's last round was %lld s ago",
                    (long long)seen->age_s);
    }
    return finding;
}

struct finding doctor_check_alarms(const struct alarms_look *seen)
{
    struct finding finding = finding_of("alarms");

    if (seen->fault.status != STATUS_OK) {
        finding.verdict = VERDICT_BAD;
        finding_say(finding.found, "%s", seen->fault.text);
        finding_say(finding.remedy, "see that the index opens");
    } else if (seen->open) {
        finding.verdict = VERDICT_BAD;
        finding_say(finding.found, "%llu alarms wait for an operator",
                    (unsigned long long)seen->open);
        finding_say(finding.remedy, "see `recorderctl alarm list`: audio that was durable is gone");
    } else {
        finding_say(finding.found, "no alarm waits for an operator");
    }
    return finding;
}

struct finding doctor_check_scrub(const struct scrub_look *seen)
{
    struct finding finding = finding_of("scrub");
    int64_t late_s = (seen->days + SCRUB_LATE_DAYS) * DAY_S;

    if (seen->fault.status != STATUS_OK) {
        finding.verdict = VERDICT_BAD;
        finding_say(finding.found, "%s", seen->fault.text);
        finding_say(finding.remedy, "see that the index opens");
    } else if (seen->bad) {
        finding.verdict = VERDICT_BAD;
        finding_say(finding.found, "%llu of %llu recordings are not as they were sealed",
                    (unsigned long long)seen->bad, (unsigned long long)seen->recordings);
        finding_say(finding.remedy,
                    "`recorderctl recordings verify --all` names them: restore them from a "
                    "backup, and look into the disk");
    } else if (!seen->days) {
        finding.verdict = VERDICT_WARN;
        finding_say(finding.found, "recordings are not read from time to time (scrub_days = 0)");
        finding_say(finding.remedy, "damage shows only when somebody listens: set scrub_days");
    } else if (seen->recordings && seen->oldest_age_s > late_s) {
        finding.verdict = VERDICT_WARN;
        finding_say(finding.found,
                    "a recording was not read for %lld days, each should be every %lld",
                    (long long)(seen->oldest_age_s / DAY_S), (long long)seen->days);
        finding_say(finding.remedy, "see that the keeper runs, or let it read more: scrub_mib_s");
    } else {
        finding_say(finding.found, "%llu recordings are read every %lld days, none is bad",
                    (unsigned long long)seen->recordings, (long long)seen->days);
    }
    return finding;
}

struct finding doctor_check_done(const struct done_look *seen)
{
    struct finding finding = finding_of(seen->check);

    if (seen->fault.status != STATUS_OK) {
        finding.verdict = VERDICT_BAD;
        finding_say(finding.found, "%s", seen->fault.text);
        finding_say(finding.remedy, "see that the index opens");
    } else if (!seen->known) {
        finding.verdict = VERDICT_WARN;
        finding_say(finding.found, "no %s is known here", seen->check);
        finding_say(finding.remedy, "%s", seen->remedy);
    } else if (seen->age_s > seen->due_s) {
        finding.verdict = VERDICT_WARN;
        finding_say(finding.found, "the last %s was %lld days ago", seen->check,
                    (long long)seen->age_s / DAY_S);
        finding_say(finding.remedy, "%s", seen->remedy);
    } else {
        finding_say(finding.found, "the last %s was %lld hours ago", seen->check,
                    (long long)seen->age_s / 3600);
    }
    return finding;
}
