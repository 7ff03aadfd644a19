// Reads what one source has to tell and offers it to the queue: sweeps over its query, keys that triggers
// captured, keys that it yields no longer. Works for one turn of a source (source_watch.hpp).
#pragma once

#include "daemon/config/settings.hpp"
#include "daemon/engine/signal.hpp"
#include "daemon/engine/source_marks.hpp"
#include "daemon/engine/source_pressure.hpp"
#include "daemon/store/capture.hpp"
#include "daemon/store/sources.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace navette::engine {

/// A source is a node's for this long at a time.
inline constexpr std::chrono::milliseconds kSourceTurn{60'000};

/// What reading came to.
struct SourceProgress {
    SourceMarks marks;
    std::int64_t rows_read = 0;
    std::int64_t rows_queued = 0;
    std::int64_t keys_captured = 0;
    bool everything = false;  // a table was emptied: a full run is asked for
    std::string vanished;     // why no deletes were told; empty: all were
};

class SourceReader {
  public:
    /// Where a source's rows are and go to. `capture` is where captured keys are forgotten; none: in the
    /// queue's own database, in the transaction that queues.
    struct Places {
        std::shared_ptr<store::Connection> queue;
        std::shared_ptr<store::Connection> source;  // read-only
        std::shared_ptr<store::Connection> capture;
    };

    /// All that is referred to outlives the reader. `changed` wakes a reader that waits; `stopping` ends it.
    SourceReader(
        const config::SourceSettings& settings,
        store::SourceOffer offer,
        std::string node_id,
        Places places,
        SourcePressure& pressure,
        Signal& changed,
        const bool& stopping
    )
        : settings_(settings),
          offer_(std::move(offer)),
          node_id_(std::move(node_id)),
          places_(std::move(places)),
          pressure_(pressure),
          changed_(changed),
          stopping_(stopping) {}

    /// Whether triggers are attached, so that a long run stops for what they captured.
    void captures(bool attached) { captures_ = attached; }

    /// However many rows vanished, a full run tells that they were deleted.
    void approve_deletes(bool approved) { deletes_approved_ = approved; }

    /// Reads all rows, or those behind the marks. A full run that was cut short goes on at `resume`.
    boost::asio::awaitable<core::Result<void>> sweep(
        bool full, std::optional<SourceMarks::Place> resume, SourceProgress& progress
    );

    /// Reads the rows of all captured keys. Returns whether there were any.
    boost::asio::awaitable<core::Result<bool>> take_captured(SourceProgress& progress);

  private:
    boost::asio::awaitable<core::Result<void>> take(
        std::vector<store::CapturedKey> captured, SourceProgress& progress
    );
    /// Tells of the remembered keys that the query yields no longer; where they are too many, only notes so.
    boost::asio::awaitable<core::Result<void>> tell_missing(SourceProgress& progress);
    /// A page of remembered keys, and which of them the query yields no longer.
    struct KeyPage {
        std::int64_t known = 0;
        std::string last;
        std::vector<std::string> missing;
    };
    boost::asio::awaitable<core::Result<KeyPage>> read_keys(std::string after);
    boost::asio::awaitable<core::Result<bool>> are_too_many_missing(SourceProgress& progress);
    boost::asio::awaitable<core::Result<void>> offer(store::SourceNews news, SourceProgress& progress);
    /// Returns when the queue has room for a page; fails when stopped or where another node took over. A full
    /// run has come to `full_position`.
    boost::asio::awaitable<core::Result<void>> room(
        std::optional<SourceMarks::Place> full_position = std::nullopt
    );
    boost::asio::awaitable<core::Result<void>> hold(
        std::optional<SourceMarks::Place> full_position, bool paused
    );
    [[nodiscard]] store::SourcePage page() const;
    [[nodiscard]] bool tells() const { return settings_.deletes == config::SourceDeletes::tell; }

    const config::SourceSettings& settings_;
    store::SourceOffer offer_;
    std::string node_id_;
    Places places_;
    SourcePressure& pressure_;
    Signal& changed_;
    const bool& stopping_;
    bool captures_ = false;
    bool deletes_approved_ = false;
};

}  // namespace navette::engine
