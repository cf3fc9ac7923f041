#include <stdio.h>
int grade(int n) {
    if (n > 10 && n < 20)
        return 1;
    return n < 0 ? -1 : 0;
}
int unused(int n) {
    return n * 2;
}
