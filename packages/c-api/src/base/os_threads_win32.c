/* os_threads_win32.c - Windows' own threads and locks, without a POSIX layer; see os_threads.h. */
#include "os_threads.h"

#include "os_win32.h"

#if !defined(LP_NO_THREADS) && defined(_WIN32)

_Static_assert(sizeof(lp_mutex) == sizeof(SRWLOCK), "a mutex holds a slim lock");
_Static_assert(sizeof(lp_condition) == sizeof(CONDITION_VARIABLE), "as the system's");

lp_status lp_mutex_create(lp_mutex *mutex) {
  InitializeSRWLock((SRWLOCK *)mutex);
  return LP_OK;
}
void lp_mutex_destroy(lp_mutex *mutex) { (void)mutex; }
void lp_mutex_take(lp_mutex *mutex) { AcquireSRWLockExclusive((SRWLOCK *)mutex); }
void lp_mutex_give(lp_mutex *mutex) { ReleaseSRWLockExclusive((SRWLOCK *)mutex); }

lp_status lp_condition_create(lp_condition *condition) {
  InitializeConditionVariable((CONDITION_VARIABLE *)condition);
  return LP_OK;
}
void lp_condition_destroy(lp_condition *condition) { (void)condition; }
void lp_condition_wait(lp_condition *condition, lp_mutex *mutex) {
  (void)SleepConditionVariableSRW((CONDITION_VARIABLE *)condition, (SRWLOCK *)mutex, INFINITE, 0);
}
void lp_condition_wake_all(lp_condition *condition) {
  WakeAllConditionVariable((CONDITION_VARIABLE *)condition);
}

/* As a plug-in's host may unload the library while a thread is in it, it stays in memory. */
static void os_threads_stay(void) {
  static const char here = 0;
  HMODULE module;
  (void)GetModuleHandleExW(
      GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
      (const WCHAR *)(const void *)&here, &module);
}

static DWORD WINAPI os_threads_enter(void *given) {
  const lp_thread *thread = given;
  thread->body(thread->argument);
  return 0;
}

bool lp_thread_start(lp_thread *thread, void (*body)(void *argument), void *argument) {
  thread->body = body;
  thread->argument = argument;
  os_threads_stay();
  thread->id = CreateThread(NULL, 0, os_threads_enter, thread, 0, NULL);
  return thread->id != NULL;
}

void lp_thread_join(lp_thread *thread) {
  (void)WaitForSingleObject(thread->id, INFINITE);
  (void)CloseHandle(thread->id);
}

void lp_thread_yield(void) { (void)SwitchToThread(); }

bool lp_forks_watch(void (*before)(void), void (*parent)(void), void (*child)(void)) {
  (void)before;
  (void)parent;
  (void)child;
  return true;
}

unsigned lp_processors_allowed(void) {
  DWORD_PTR allowed = 0, all = 0;
  unsigned count = 0;
  /* Zeros in a process whose threads run in several groups of 64 processors. */
  if (GetProcessAffinityMask(GetCurrentProcess(), &allowed, &all) && allowed != 0) {
    for (; allowed != 0; allowed &= allowed - 1) {
      count++;
    }
    return count;
  }
  return GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);
}

#endif
