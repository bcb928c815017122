/** @file The state machine behind handles and predictors, without any library. */
#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "cpp_check.hpp"
#include "libpredict.hpp"

using namespace libpredict;
using detail::Owner;
using detail::Sharing;
using detail::Use;

namespace {

struct Counters {
    std::atomic<int> released{0};
    std::atomic<int> deleted{0};
};

struct Thing final : detail::Owned<Thing> {
    explicit Thing(Counters &with) : counters(&with) {}
    ~Thing() { counters->deleted++; }
    Result<void> release() noexcept {
        counters->released++;
        return {};
    }
    Counters *counters;
};

} // namespace

TEST(an_owner_releases_once) {
    Counters counters;
    {
        Owner<Thing> owner(new Thing(counters));
        CHECK_EQ(owner.state(), HandleState::alive);
        CHECK_OK(owner->close());
        CHECK_EQ(owner.state(), HandleState::freed);
        CHECK_EQ(counters.released.load(), 1);
        CHECK_EQ(owner->close().code(), ErrorCode::disposed);
        CHECK_EQ(owner->enter(Sharing::shared), ErrorCode::disposed);
    }
    CHECK_EQ(counters.released.load(), 1);
    CHECK_EQ(counters.deleted.load(), 1);
}

TEST(an_exclusive_use_keeps_others_out) {
    Counters counters;
    const Owner<Thing> owner(new Thing(counters));
    {
        const Use<Thing> first(owner.get(), Sharing::exclusive);
        CHECK_EQ(owner.state(), HandleState::busy);
        CHECK_EQ(Use<Thing>(owner.get(), Sharing::exclusive).problem(), ErrorCode::busy);
        CHECK_EQ(Use<Thing>(owner.get(), Sharing::shared).problem(), ErrorCode::busy);
    }
    {
        const Use<Thing> first(owner.get(), Sharing::shared);
        CHECK_EQ(Use<Thing>(owner.get(), Sharing::shared).problem(), ErrorCode::ok);
        CHECK_EQ(Use<Thing>(owner.get(), Sharing::exclusive).problem(), ErrorCode::busy);
    }
    CHECK_EQ(owner.state(), HandleState::alive);
}

TEST(a_use_alongside_enters_and_keeps_nobody_out) {
    Counters counters;
    Owner<Thing> owner(new Thing(counters));
    {
        const Use<Thing> first(owner.get(), Sharing::exclusive);
        {
            const Use<Thing> beside(owner.get(), Sharing::alongside);
            CHECK_EQ(beside.problem(), ErrorCode::ok);
            CHECK_EQ(Use<Thing>(owner.get(), Sharing::alongside).problem(), ErrorCode::ok);
        }
        // The mark of the first is still there.
        CHECK_EQ(Use<Thing>(owner.get(), Sharing::shared).problem(), ErrorCode::busy);
        CHECK_EQ(Use<Thing>(owner.get(), Sharing::exclusive).problem(), ErrorCode::busy);
        CHECK_EQ(owner.state(), HandleState::busy);
    }
    {
        const Use<Thing> beside(owner.get(), Sharing::alongside);
        CHECK_EQ(owner.state(), HandleState::alive);
        CHECK_EQ(Use<Thing>(owner.get(), Sharing::exclusive).problem(), ErrorCode::ok);
        CHECK_EQ(Use<Thing>(owner.get(), Sharing::shared).problem(), ErrorCode::ok);
    }
    CHECK_OK(owner->close());
    CHECK_EQ(Use<Thing>(owner.get(), Sharing::alongside).problem(), ErrorCode::disposed);
}

TEST(a_close_waits_for_a_use_alongside) {
    for (const bool is_last : {false, true}) {
        Counters counters;
        {
            Owner<Thing> owner(new Thing(counters));
            std::optional<Use<Thing>> first(std::in_place, owner.get(), Sharing::exclusive);
            std::optional<Use<Thing>> beside(std::in_place, owner.get(), Sharing::alongside);
            CHECK_OK(owner->close());
            (is_last ? first : beside).reset();
            CHECK_EQ(counters.released.load(), 0);
            owner = Owner<Thing>();
            CHECK_EQ(counters.deleted.load(), 0);
        }
        CHECK_EQ(counters.released.load(), 1);
        CHECK_EQ(counters.deleted.load(), 1);
    }
}

TEST(a_close_waits_for_the_last_use) {
    Counters counters;
    Owner<Thing> owner(new Thing(counters));
    {
        const Use<Thing> use(owner.get(), Sharing::exclusive);
        CHECK_OK(owner->close());
        CHECK_EQ(counters.released.load(), 0);
        CHECK_EQ(owner.state(), HandleState::freed);
    }
    CHECK_EQ(counters.released.load(), 1);
    CHECK_EQ(counters.deleted.load(), 0);
}

TEST(the_memory_outlives_its_owner_while_it_is_used) {
    Counters counters;
    Owner<Thing> owner(new Thing(counters));
    {
        const Use<Thing> use(owner.get(), Sharing::exclusive);
        owner = Owner<Thing>();
        CHECK_EQ(counters.released.load(), 0);
        CHECK_EQ(counters.deleted.load(), 0);
    }
    CHECK_EQ(counters.released.load(), 1);
    CHECK_EQ(counters.deleted.load(), 1);
}

TEST(moving_leaves_an_empty_owner) {
    Counters counters;
    Owner<Thing> owner(new Thing(counters));
    Owner<Thing> other = std::move(owner);
    CHECK_EQ(owner.state(), HandleState::empty); // NOLINT: what is left is the subject
    CHECK_EQ(other.state(), HandleState::alive);
    Owner<Thing> &same = other;
    other = std::move(same);
    CHECK_EQ(other.state(), HandleState::alive);
}

TEST(threads_release_and_delete_exactly_once) {
    for (int round = 0; round < 2000; round++) {
        Counters counters;
        Owner<Thing> owner(new Thing(counters));
        Thing *thing = owner.get();
        std::atomic<int> inside{0};
        std::atomic<bool> overlap{false};
        // A use of this thread keeps the memory while the others come and go.
        std::optional<Use<Thing>> guard;
        guard.emplace(thing, Sharing::shared);
        std::vector<std::thread> threads;
        for (int t = 0; t < 3; t++)
            threads.emplace_back([&, t] {
                const Sharing sharing = t == 2 ? Sharing::alongside : Sharing::shared;
                for (int i = 0; i < 20; i++) {
                    const Use<Thing> use(thing, sharing);
                    if (use.get() == nullptr) return;
                    inside++;
                    if (counters.released > 0) overlap = true;
                    inside--;
                }
                if (t == 0) static_cast<void>(thing->close());
            });
        for (std::thread &thread : threads) thread.join();
        CHECK(!overlap);
        CHECK_EQ(counters.released.load(), 0);
        owner = Owner<Thing>();
        CHECK_EQ(counters.deleted.load(), 0);
        CHECK_EQ(Use<Thing>(thing, Sharing::shared).problem(), ErrorCode::disposed);
        guard.reset();
        CHECK_EQ(counters.released.load(), 1);
        CHECK_EQ(counters.deleted.load(), 1);
        if (check::failures > 0) return;
    }
}
