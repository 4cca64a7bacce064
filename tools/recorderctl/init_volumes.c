#include "tools/recorderctl/init_volumes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/disk/volume_mark.h"
#include "storage/disk/volumes.h"
#include "tools/recorderctl/output.h"

/* Owner and group work there, the group reads receipts alone; new files get the directory's group.
 */
enum { STORE_MODE = 02770, RECEIPTS_MODE = 02750, PARENT_MODE = 0755 };

enum status init_note(struct init_outcome *outcome, bool created, const char *path,
                      struct fault *fault)
{
    if (json_array_append_new(created ? outcome->created : outcome->kept, output_text(path)))
        return fault_set(fault, STATUS_NOMEM, 0, "out of memory");
    return STATUS_OK;
}

/* --- whether it may be made --------------------------------------------------------------------
 */

static enum status path_below(const char *directory, const char *leaf,
                              char path[static BOUND_PATH_BYTES], struct fault *fault)
{
    int length = snprintf(path, BOUND_PATH_BYTES, "%s/%s", directory, leaf);

    return length < BOUND_PATH_BYTES
               ? STATUS_OK
               : fault_set(fault, STATUS_LIMIT, 0, "%s: path too long", directory);
}

static void note_any(void *arg, const char *name)
{
    bool *any = arg;

    (void)name;
    *any = true;
}

/* An empty directory on the file system of its parent: as a mount point is on which nothing is
 * mounted. */
static bool is_bare(const char *directory)
{
    char parent[BOUND_PATH_BYTES];
    struct stat about;
    struct stat above;
    bool any = false;

    if (path_below(directory, "..", parent, NULL) != STATUS_OK || stat(directory, &about) != 0 ||
        stat(parent, &above) != 0 || about.st_dev != above.st_dev || about.st_ino == above.st_ino)
        return false;
    return disk_system.list(disk_system.context, directory, note_any, &any) == 0 && !any;
}

/* What is there of the way to a path, or all of it. */
static void cut_to_what_is_there(char path[static BOUND_PATH_BYTES])
{
    for (char *slash; access(path, F_OK) != 0 && (slash = strrchr(path, '/'));)
        *slash = '\0';
}

static enum status is_store(const struct config *config, bool *there, struct fault *fault)
{
    static const char *const leaves[] = {VOLUME_MARK_NAME, "index.sqlite"};
    char path[BOUND_PATH_BYTES];
    enum status status = STATUS_OK;

    *there = false;
    for (size_t i = 0; i < sizeof leaves / sizeof leaves[0] && status == STATUS_OK; i++) {
        status = path_below(config->store, leaves[i], path, fault);
        *there = *there || (status == STATUS_OK && access(path, F_OK) == 0);
    }
    return status;
}

enum status init_volumes_check(const struct config *config, struct fault *fault)
{
    const struct volumes volumes = volumes_of(config);
    char path[BOUND_PATH_BYTES];
    struct uuid id;
    bool there = false;
    enum status status = is_store(config, &there, fault);

    if (status != STATUS_OK || there)
        return status;
    (void)snprintf(path, sizeof path, "%s", config->store);
    cut_to_what_is_there(path);
    if (path[0] && is_bare(path))
        return fault_set(fault, STATUS_CONFLICT, 0, "%s is empty, and nothing is mounted there",
                         path);
    for (size_t i = 1; i < volumes.count; i++)
        if (volume_mark_read(&disk_system, volumes.directory[i], &id, NULL) == STATUS_OK)
            return fault_set(fault, STATUS_CONFLICT, 0,
                             "%s is a volume of a store, which is not at %s", volumes.directory[i],
                             config->store);
    return STATUS_OK;
}

/* --- making it ---------------------------------------------------------------------------------
 */

static enum status make_parents(const char *path, struct fault *fault)
{
    char parent[BOUND_PATH_BYTES];

    (void)snprintf(parent, sizeof parent, "%s", path);
    for (char *slash = strchr(parent + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(parent, PARENT_MODE) && errno != EEXIST)
            return fault_set(fault, STATUS_IO, errno, "make directory %s", parent);
        *slash = '/';
    }
    return STATUS_OK;
}

static enum status make_directory(const char *path, mode_t mode, struct init_outcome *outcome,
                                  struct fault *fault)
{
    struct stat about;

    if (mkdir(path, mode) == 0)
        return chmod(path, mode) == 0 /* whatever the umask */
                   ? init_note(outcome, true, path, fault)
                   : fault_set(fault, STATUS_IO, errno, "set mode of %s", path);
    if (errno != EEXIST)
        return fault_set(fault, STATUS_IO, errno, "make directory %s", path);
    if (stat(path, &about))
        return fault_set(fault, STATUS_IO, errno, "look at %s", path);
    if (!S_ISDIR(about.st_mode))
        return fault_set(fault, STATUS_IO, 0, "%s is there, but is no directory", path);
    return init_note(outcome, false, path, fault);
}

/* Below the store a link may be anybody's, who wants it to be elsewhere. */
static enum status make_below(const char *directory, const char *leaf, mode_t mode,
                              struct init_outcome *outcome, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    struct stat about;
    enum status status = path_below(directory, leaf, path, fault);

    if (status == STATUS_OK && lstat(path, &about) == 0 && S_ISLNK(about.st_mode))
        status = fault_set(fault, STATUS_IO, 0, "%s is there, but is no directory", path);
    return status == STATUS_OK ? make_directory(path, mode, outcome, fault) : status;
}

static enum status note_mark(const char *directory, bool made, struct init_outcome *outcome,
                             struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    enum status status = path_below(directory, VOLUME_MARK_NAME, path, fault);

    return status == STATUS_OK ? init_note(outcome, made, path, fault) : status;
}

/* Whatever lies in the store's directory may be made by each of the programs: what `init` makes
 * first none of them can put its own in the place of. */
static enum status make_store(const char *store, struct init_outcome *outcome, struct fault *fault)
{
    bool made = false;
    enum status status = make_parents(store, fault);

    if (status == STATUS_OK)
        status = make_directory(store, STORE_MODE, outcome, fault);
    if (status == STATUS_OK)
        status = make_below(store, "recordings", STORE_MODE, outcome, fault);
    if (status == STATUS_OK)
        status = make_below(store, "receipts", RECEIPTS_MODE, outcome, fault);
    if (status == STATUS_OK)
        status = volume_mark_make(&disk_system, store, &made, fault);
    return status == STATUS_OK ? note_mark(store, made, outcome, fault) : status;
}

/* The mark comes last: from then on the volume is believed to be there. */
static enum status take_volume(const char *store, const char *directory,
                               struct init_outcome *outcome, struct fault *fault)
{
    struct uuid id;
    bool made = false;
    enum status status = volume_mark_read(&disk_system, directory, &id, fault);

    if (status == STATUS_OK || status == STATUS_NOT_FOUND)
        status = make_below(directory, "recordings", STORE_MODE, outcome, fault);
    if (status == STATUS_OK)
        status = volume_mark_set(&disk_system, store, directory, &made, fault);
    return status == STATUS_OK ? note_mark(directory, made, outcome, fault) : status;
}

static enum status look_for_volume(const char *store, const char *directory,
                                   struct init_outcome *outcome, struct fault *fault)
{
    struct uuid id;
    enum status status = volume_mark_read(&disk_system, store, &id, fault);

    if (status != STATUS_OK)
        return status;
    if (volume_mark_check(&disk_system, id, directory, NULL) == STATUS_OK)
        return note_mark(directory, false, outcome, fault);
    return json_array_append_new(outcome->missing, output_text(directory))
               ? fault_set(fault, STATUS_NOMEM, 0, "out of memory")
               : STATUS_OK;
}

/* A slash at the end says nothing. */
static bool is_same(const char *named, const char *directory)
{
    size_t length = strlen(directory);

    return strncmp(named, directory, length) == 0 &&
           strspn(named + length, "/") == strlen(named + length);
}

enum status init_volumes_make(const struct config *config, const char *new_volume,
                              struct init_outcome *outcome, struct fault *fault)
{
    const struct volumes volumes = volumes_of(config);
    size_t taken = 0;

    for (size_t i = 1; i < volumes.count && new_volume; i++)
        if (is_same(new_volume, volumes.directory[i]))
            taken = i;
    if (new_volume && !taken)
        return fault_set(fault, STATUS_INVALID, 0, "%s is none of `volumes` in the configuration",
                         new_volume);
    enum status status = make_store(config->store, outcome, fault);
    for (size_t i = 1; i < volumes.count && status == STATUS_OK; i++)
        status = i == taken ? take_volume(config->store, volumes.directory[i], outcome, fault)
                            : look_for_volume(config->store, volumes.directory[i], outcome, fault);
    return status;
}
