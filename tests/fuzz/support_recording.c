#include "tests/fuzz/support_recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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

void fuzz_store_open(struct fuzz_store *store)
{
    struct fault fault = {0};
    char keys[80];
    char master[100];
    char month[KEY_MONTH_BYTES];

    (void)snprintf(store->directory, sizeof store->directory, "%s/fuzz-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (!mkdtemp(store->directory))
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
    char command[100];

    signer_close(store->signer);
    public_keys_close(store->public_keys);
    private_keys_close(store->private_keys);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", store->directory);
    if (system(command) != 0)
        perror("rm");
}
