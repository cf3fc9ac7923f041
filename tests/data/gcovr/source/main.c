int grade(int n);
int main(void) { return grade(12) + grade(3) == 1 ? 0 : 1; }
