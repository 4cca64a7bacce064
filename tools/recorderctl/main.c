#include <stdio.h>

#include "base/process.h"
#include "tools/recorderctl/command.h"

int main(int argc, char **argv)
{
    struct fault fault = {0};

    if (process_protect(&fault) != STATUS_OK) {
        (void)fprintf(stderr, "recorderctl: %s\n", fault.text);
        return EXIT_SYSTEM;
    }
    return command_main(argc, argv, stdout, stderr);
}
