// Whether a lane may start work: at once in realtime, else at its schedule's moments. Pure: time is handed
// in.
#pragma once

#include "daemon/sync/schedule.hpp"

#include <chrono>
#include <optional>

namespace navette::engine {

/// One lane's gate. It opens at the schedule's moment, or where somebody asks for a flush, and stays open
/// until the lane has run dry. What it knows beyond its schedule stands in the database, so that another node
/// goes on where this one stopped: half a flush is begun again, a finished one is not repeated.
class Gate {
  public:
    using Moment = sync::Schedule::Moment;

    /// Realtime: always open.
    Gate() = default;

    /// `flushed_at` as the database has it; none: never flushed, so that it opens at once.
    Gate(sync::Schedule schedule, std::optional<Moment> flushed_at);

    /// The integration's row was read again.
    void follow(sync::Schedule schedule);

    /// `requested_at` of the row that was read; none: nobody asks. It is the database's clock and compared
    /// with other requests only, so that a node whose clock is ahead misses none.
    void request(std::optional<Moment> requested_at);

    /// `now` where work may start, else when to look again. A request or a change of the row may open it
    /// sooner.
    [[nodiscard]] Moment opens_at(Moment now);
    [[nodiscard]] bool is_open(Moment now) { return opens_at(now) <= now; }

    /// What is to be written: store::note_flush.
    struct Flush {
        Moment flushed_at;
        std::optional<Moment> answered;  // the request that this flush was for
    };

    /// An open gate's lane has nothing due left, in hand or on its way: the gate closes until the next
    /// moment. Retries of this flush are due work: wait for them, or they wait for the next moment. Nothing
    /// is to be written where there was nothing to close. Late or lost writing repeats a flush, which then
    /// finds little.
    [[nodiscard]] std::optional<Flush> ran_dry(Moment now);

  private:
    sync::Schedule schedule_;
    std::optional<Moment> flushed_at_;
    std::optional<Moment> requested_at_;
    std::optional<Moment> answered_;
};

}  // namespace navette::engine
