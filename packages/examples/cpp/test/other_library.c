/* A library that is no predict library. */
int other_library_answer(void);
int other_library_answer(void) { return 42; }
