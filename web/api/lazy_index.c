#include "web/api/lazy_index.h"

#include <stddef.h>

void lazy_index_init(struct lazy_index *lazy, const char *path)
{
    *lazy = (struct lazy_index){.path = path};
}

void lazy_index_deinit(struct lazy_index *lazy)
{
    index_close(lazy->index);
    lazy->index = NULL;
}

enum status lazy_index_get(struct lazy_index *lazy, struct index **index, struct fault *fault)
{
    if (!lazy->index) {
        enum status status = index_open(lazy->path, &lazy->index, fault);
        if (status == STATUS_OK)
            status = index_read_only(lazy->index, fault);
        if (status != STATUS_OK) {
            lazy_index_deinit(lazy);
            return status;
        }
    }
    *index = lazy->index;
    return STATUS_OK;
}
