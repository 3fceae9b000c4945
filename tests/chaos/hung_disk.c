/* Preloaded into a server: while the file named by HANG_FILE is there, no fsync or fdatasync returns. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static void wait_while_hung(void) {
    const char *file = getenv("HANG_FILE");
    while (file && access(file, F_OK) == 0) usleep(20000);
}

int fsync(int fd) {
    wait_while_hung();
    return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
}

int fdatasync(int fd) {
    wait_while_hung();
    return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd);
}
