package libpredict.capi;

/** Whether calls may use a handle at the same time. */
enum Sharing {
  /** With others that share it. */
  SHARED(1),
  /** With nobody but those alongside. */
  EXCLUSIVE((1L << 62) + 1),
  /** With everybody: it neither keeps others out nor is kept out by them. */
  ALONGSIDE(1L << 32);

  /** What a use adds to the state of its handle. */
  final long use;

  Sharing(long use) {
    this.use = use;
  }
}
