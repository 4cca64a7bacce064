#include "tests/fuzz/support_recording.h"

#include <errno.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MEMORY "/dev/shm"
#define LEFT "fuzz-" /* and the process whose it is */

enum { PATH_BYTES = 300 };

void fuzz_must(enum status status, const struct fault *fault)
{
    if (status != STATUS_OK) {
        (void)fprintf(stderr, "fuzz: %s %s\n", status_name(status), fault->text);
        abort();
    }
}

void fuzz_write_file(const char *path, const uint8_t *data, size_t data_bytes)
{
    FILE *file = fopen(path, "wb");

    if (!file || (data_bytes && fwrite(data, 1, data_bytes, file) != data_bytes) ||
        fclose(file) != 0)
        abort();
}

static void remove_tree(const char *path)
{
    char command[PATH_BYTES + 16];

    (void)snprintf(command, sizeof command, "rm -rf '%s'", path);
    if (system(command) != 0)
        perror("rm");
}

/* What those left behind that crashed, as they are there to do. */
static void remove_left(const char *base)
{
    char pattern[PATH_BYTES];
    glob_t found;

    (void)snprintf(pattern, sizeof pattern, "%s/" LEFT "*-*", base);
    if (glob(pattern, 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *name = strrchr(found.gl_pathv[i], '/') + sizeof LEFT;
        long pid = strtol(name, NULL, 10);
        if (pid > 0 && kill((pid_t)pid, 0) != 0 && errno == ESRCH)
            remove_tree(found.gl_pathv[i]);
    }
    globfree(&found);
}

void fuzz_store_open(struct fuzz_store *store)
{
    struct fault fault = {0};
    char keys[80];
    char master[100];
    char month[KEY_MONTH_BYTES];

    const char *base = getenv("FUZZ_DIR");
    if (!base)
        base = access(MEMORY, W_OK) == 0 ? MEMORY : "/tmp";
    remove_left(base);
    int length = snprintf(store->directory, sizeof store->directory, "%s/" LEFT "%ld-XXXXXX", base,
                          (long)getpid());
    if (length < 0 || (size_t)length >= sizeof store->directory || !mkdtemp(store->directory))
        abort();
    (void)snprintf(keys, sizeof keys, "%s/k", store->directory);
    (void)snprintf(master, sizeof master, "%s/master", keys);
    store->now = clock_wall_now();
    store->customer = uuid_new(store->now);
    keys_month(store->now, month);
    fuzz_must(keys_init(&disk_system, keys, master, &fault), &fault);
    fuzz_must(private_keys_open(&disk_system, keys, master, &store->private_keys, &fault), &fault);
    fuzz_must(private_keys_make_month(store->private_keys, store->customer, month, &fault), &fault);
    fuzz_must(public_keys_open(&disk_system, keys, &store->public_keys, &fault), &fault);
    fuzz_must(
        public_keys_customer(store->public_keys, store->customer, store->now, &store->key, &fault),
        &fault);
    fuzz_must(signer_open(&disk_system, keys, "ingest", &store->signer, &fault), &fault);
    store->access =
        (struct recording_access){&disk_system, store->private_keys, store->public_keys};
}

void fuzz_store_close(struct fuzz_store *store)
{
    signer_close(store->signer);
    public_keys_close(store->public_keys);
    private_keys_close(store->private_keys);
    remove_tree(store->directory);
}
