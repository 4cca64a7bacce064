#include <stdio.h>

#include "tools/recorderctl/command.h"

int main(int argc, char **argv)
{
    return command_main(argc, argv, stdout, stderr);
}
