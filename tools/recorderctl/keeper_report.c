#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/recorderctl/keeper.h"
#include "tools/recorderctl/output.h"

enum { REPORT_MODE = 0644 };

static enum status write_whole(int file, const json_t *object, const char *path,
                               struct fault *fault)
{
    if (fchmod(file, REPORT_MODE))
        return fault_set(fault, STATUS_IO, errno, "set mode of %s", path);
    if (json_dumpfd(object, file, JSON_COMPACT) || write(file, "\n", 1) != 1)
        return fault_set(fault, STATUS_IO, errno, "write %s", path);
    return STATUS_OK;
}

enum status keeper_write_json(const char *path, const json_t *object, struct fault *fault)
{
    char temporary[BOUND_PATH_BYTES + 16];

    (void)snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    int file = mkostemp(temporary, O_CLOEXEC);
    if (file < 0)
        return fault_set(fault, STATUS_IO, errno, "create %s", temporary);
    enum status status = write_whole(file, object, temporary, fault);
    if (close(file) && status == STATUS_OK)
        status = fault_set(fault, STATUS_IO, errno, "close %s", temporary);
    if (status == STATUS_OK && rename(temporary, path))
        status = fault_set(fault, STATUS_IO, errno, "name %s", path);
    if (status != STATUS_OK)
        (void)unlink(temporary);
    return status;
}

enum status keeper_report(const struct keeper *keeper, const struct keeper_counts *counts,
                          struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    const struct keeper_scrub *scrub = &keeper->scrub;
    uint64_t alarms = 0;
    enum status counted = alarms_count(keeper->context->index, &alarms, fault);
    if (counted != STATUS_OK)
        return counted;
    json_t *report =
        json_pack("{s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "round_at",
                  output_time(clock_wall_now()), "pid", (json_int_t)getpid(), "rounds",
                  (json_int_t)keeper->rounds, "alive", (json_int_t)counts->alive, "no_key",
                  (json_int_t)counts->no_key, "errors", (json_int_t)counts->errors, "orphans",
                  (json_int_t)counts->orphans, "recovered_since_start",
                  (json_int_t)keeper->recovered, "failed_since_start", (json_int_t)keeper->failed,
                  "alarms", (json_int_t)alarms, "scrubbed_since_start", (json_int_t)scrub->read,
                  "scrubbed_bad_since_start", (json_int_t)scrub->bad);
    enum status status = report ? context_store_path(keeper->context, "keeper.json", path, fault)
                                : fault_set(fault, STATUS_NOMEM, 0, "out of memory");

    if (status == STATUS_OK)
        status = keeper_write_json(path, report, fault);
    json_decref(report);
    return status;
}

json_t *keeper_report_read(const struct context *context)
{
    char path[BOUND_PATH_BYTES];

    if (context_store_path(context, "keeper.json", path, NULL) != STATUS_OK)
        return NULL;
    return json_load_file(path, 0, NULL);
}
