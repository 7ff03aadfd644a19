#include "daemon/engine/source_reader.hpp"

#include "daemon/core/log.hpp"
#include "daemon/core/metrics.hpp"

#include <map>
#include <set>
#include <utility>

namespace navette::engine {

namespace asio = boost::asio;
using std::chrono::milliseconds;

namespace {

// How often a source that does not read looks whether enough of its jobs are done. The queue must not run dry
// meanwhile.
constexpr milliseconds kLookForRoom{200};
// More than so many rows, and more than one in so many, do not vanish by themselves: a person is asked.
constexpr std::int64_t kManyVanished = 100;
constexpr std::int64_t kVanishedShare = 5;

std::chrono::sys_seconds now_in_seconds() {
    return std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::unexpected<core::Error> stopped() {
    return core::failure(
        core::ErrorKind::unavailable, "stopped before the end; it goes on with the next start"
    );
}

/// Counts a source as paused while it lives.
struct PausedSource {
    PausedSource() { core::source_metrics().paused.add(1); }
    ~PausedSource() { core::source_metrics().paused.add(-1); }
    PausedSource(const PausedSource&) = delete;
    PausedSource& operator=(const PausedSource&) = delete;
};

}  // namespace

store::SourcePage SourceReader::page() const {
    store::SourcePage page;
    page.query = settings_.query;
    page.key = settings_.key;
    page.change_column = settings_.change_column;
    page.limit = settings_.page;
    return page;
}

asio::awaitable<core::Result<void>> SourceReader::hold(
    std::optional<SourceMarks::Place> full_position, bool paused
) {
    store::SourceHold hold;
    hold.tenant = settings_.tenant;
    hold.name = settings_.name;
    hold.node_id = node_id_;
    hold.lease = kSourceTurn;
    hold.full_position = std::move(full_position);
    hold.paused = paused;
    const auto held = co_await store::hold_source(*places_.queue, std::move(hold));
    if (!held) {
        co_return std::unexpected(held.error());
    }
    if (!*held) {
        co_return core::failure(core::ErrorKind::conflict, "another node has taken over this source");
    }
    co_return core::Result<void>();
}

asio::awaitable<core::Result<void>> SourceReader::room(std::optional<SourceMarks::Place> full_position) {
    std::optional<PausedSource> paused;
    auto held_at = std::chrono::steady_clock::now();
    while (pressure_.wants_count()) {
        if (stopping_) {
            co_return stopped();
        }
        const auto unfinished = co_await store::count_unfinished(
            *places_.queue, settings_.tenant, settings_.name, pressure_.most() + 1
        );
        if (!unfinished) {
            co_return std::unexpected(unfinished.error());
        }
        pressure_.counted(*unfinished);
        if (!pressure_.paused()) {
            break;
        }
        const auto now = std::chrono::steady_clock::now();
        if (!paused || now - held_at > kSourceTurn / 3) {
            const auto held = co_await hold(full_position, true);
            if (!held) {
                co_return held;
            }
            held_at = now;
        }
        if (!paused) {
            paused.emplace();
            core::log(
                core::LogLevel::info,
                "the source waits: too many of its jobs are unfinished",
                {{"source", settings_.name}, {"max_pending", settings_.max_pending}}
            );
        }
        co_await changed_.wait_for(kLookForRoom);
    }
    if (paused) {
        co_return co_await hold(std::nullopt, false);
    }
    co_return core::Result<void>();
}

asio::awaitable<core::Result<void>> SourceReader::offer(store::SourceNews news, SourceProgress& progress) {
    const auto queued = co_await store::offer_news(*places_.queue, offer_, std::move(news));
    if (!queued) {
        co_return std::unexpected(queued.error());
    }
    pressure_.queued(*queued);
    progress.rows_queued += *queued;
    core::source_metrics().jobs.add(static_cast<double>(*queued));
    co_return core::Result<void>();
}

asio::awaitable<core::Result<void>> SourceReader::sweep(
    bool full, std::optional<SourceMarks::Place> resume, SourceProgress& progress
) {
    auto next = page();
    next.after = full ? std::move(resume) : progress.marks.begin(now_in_seconds(), settings_.overlap);
    while (true) {
        if (stopping_) {
            co_return stopped();
        }
        auto ready = co_await room(full ? next.after : std::nullopt);
        if (ready) {
            ready = co_await hold(full ? next.after : std::nullopt, false);
        }
        if (!ready) {
            co_return ready;
        }
        auto rows = co_await store::read_source(*places_.source, next);
        if (!rows) {
            co_return std::unexpected(rows.error());
        }
        if (rows->empty()) {
            break;
        }
        const bool last = static_cast<int>(rows->size()) < settings_.page;
        next.after = {rows->back().change, rows->back().entity_id};
        progress.rows_read += static_cast<std::int64_t>(rows->size());
        core::source_metrics().rows.add(static_cast<double>(rows->size()));
        store::SourceNews news;
        news.rows = std::move(*rows);
        const auto offered = co_await offer(std::move(news), progress);
        if (!offered) {
            co_return offered;
        }
        progress.marks.reached(*next.after, now_in_seconds(), settings_.overlap);
        if (last) {
            break;
        }
        if (captures_) {
            // A long run keeps nobody waiting who writes meanwhile.
            const auto taken = co_await take_captured(progress);
            if (!taken) {
                co_return std::unexpected(taken.error());
            }
            if (full && std::exchange(progress.everything, false)) {
                next.after.reset();
            }
        }
    }
    if (full && tells()) {
        co_return co_await tell_missing(progress);
    }
    co_return core::Result<void>();
}

asio::awaitable<core::Result<SourceReader::KeyPage>> SourceReader::read_keys(std::string after) {
    const auto keys = co_await store::known_keys(
        *places_.queue, settings_.tenant, settings_.name, std::move(after), settings_.page
    );
    if (!keys) {
        co_return std::unexpected(keys.error());
    }
    KeyPage found;
    if (keys->empty()) {
        co_return found;
    }
    const auto rows = co_await store::read_source_keys(*places_.source, page(), *keys);
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    std::set<std::string> yielded;
    for (const auto& row : *rows) {
        yielded.insert(row.entity_id);
    }
    found.known = static_cast<std::int64_t>(keys->size());
    found.last = keys->back();
    for (const auto& key : *keys) {
        if (!yielded.contains(key)) {
            found.missing.push_back(key);
        }
    }
    co_return found;
}

asio::awaitable<core::Result<bool>> SourceReader::are_too_many_missing(SourceProgress& progress) {
    std::int64_t known = 0;
    std::int64_t missing = 0;
    std::string after;
    while (true) {
        if (stopping_) {
            co_return std::unexpected(stopped().error());
        }
        if (const auto held = co_await hold(std::nullopt, false); !held) {
            co_return std::unexpected(held.error());
        }
        auto keys = co_await read_keys(after);
        if (!keys) {
            co_return std::unexpected(keys.error());
        }
        if (keys->known == 0) {
            break;
        }
        known += keys->known;
        missing += static_cast<std::int64_t>(keys->missing.size());
        after = std::move(keys->last);
    }
    const bool are_too_many = missing > kManyVanished && missing * kVanishedShare > known;
    if (are_too_many) {
        progress.vanished =
            std::to_string(missing) + " of " + std::to_string(known) +
            " rows vanished, no delete was told; if they were deleted: navettectl source run " +
            settings_.name + " --deletes";
        core::log(
            core::LogLevel::warning,
            "so many of a source's rows vanished that no delete is told before a person says so",
            {{"source", settings_.name}, {"vanished", missing}, {"known", known}}
        );
    }
    co_return are_too_many;
}

asio::awaitable<core::Result<void>> SourceReader::tell_missing(SourceProgress& progress) {
    if (!deletes_approved_) {
        const auto are_too_many = co_await are_too_many_missing(progress);
        if (!are_too_many || *are_too_many) {
            co_return are_too_many ? core::Result<void>() : std::unexpected(are_too_many.error());
        }
    }
    std::string after;
    while (true) {
        if (stopping_) {
            co_return stopped();
        }
        auto ready = co_await room();
        if (ready) {
            ready = co_await hold(std::nullopt, false);
        }
        if (!ready) {
            co_return ready;
        }
        auto keys = co_await read_keys(after);
        if (!keys) {
            co_return std::unexpected(keys.error());
        }
        if (keys->known == 0) {
            co_return core::Result<void>();
        }
        after = std::move(keys->last);
        store::SourceNews news;
        for (auto& key : keys->missing) {
            news.missing.push_back({std::move(key), false});
        }
        const auto offered = co_await offer(std::move(news), progress);
        if (!offered) {
            co_return offered;
        }
    }
}

asio::awaitable<core::Result<bool>> SourceReader::take_captured(SourceProgress& progress) {
    bool any = false;
    while (!stopping_) {
        auto captured = co_await store::read_captured(*places_.source, settings_.name, settings_.page);
        if (!captured) {
            co_return std::unexpected(captured.error());
        }
        if (captured->empty()) {
            break;
        }
        any = true;
        const bool last = static_cast<int>(captured->size()) < settings_.page;
        // What was captured stays where it is until there is room.
        auto taken = co_await room();
        if (taken) {
            taken = co_await take(std::move(*captured), progress);
        }
        if (!taken) {
            co_return std::unexpected(taken.error());
        }
        if (last) {
            break;
        }
    }
    co_return any;
}

asio::awaitable<core::Result<void>> SourceReader::take(
    std::vector<store::CapturedKey> captured, SourceProgress& progress
) {
    store::SourceNews news;
    std::map<std::string, bool> deleted;  // by key
    std::vector<std::int64_t> ids;
    for (auto& one : captured) {
        ids.push_back(one.id);
        if (one.key) {
            deleted[*one.key] |= one.deleted;
        } else {
            news.everything = true;
            progress.everything = true;
        }
    }
    if (!deleted.empty()) {
        std::vector<std::string> keys;
        for (const auto& [key, is_deleted] : deleted) {
            keys.push_back(key);
        }
        // Read after the captured keys were, so as new as what they tell of.
        auto rows = co_await store::read_source_keys(*places_.source, page(), std::move(keys));
        if (!rows) {
            co_return std::unexpected(rows.error());
        }
        progress.rows_read += static_cast<std::int64_t>(rows->size());
        core::source_metrics().rows.add(static_cast<double>(rows->size()));
        news.rows = std::move(*rows);
        for (const auto& row : news.rows) {
            deleted.erase(row.entity_id);
        }
        for (const auto& [key, is_deleted] : deleted) {
            if (is_deleted || tells()) {
                news.missing.push_back({key, is_deleted});
            }
        }
    }
    if (!places_.capture) {
        news.captured = ids;
    }
    const auto count = static_cast<std::int64_t>(ids.size());
    const auto offered = co_await offer(std::move(news), progress);
    if (!offered) {
        co_return offered;
    }
    if (places_.capture) {
        // Dying before this repeats them, and offering twice makes no second job.
        const auto forgotten =
            co_await store::forget_captured(*places_.capture, settings_.name, std::move(ids));
        if (!forgotten) {
            co_return forgotten;
        }
    }
    progress.keys_captured += count;
    core::source_metrics().captured.add(static_cast<double>(count));
    co_return core::Result<void>();
}

}  // namespace navette::engine
