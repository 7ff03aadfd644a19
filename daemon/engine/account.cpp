#include "daemon/engine/account.hpp"

#include "daemon/core/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace navette::engine {

namespace asio = boost::asio;
namespace json = boost::json;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kLongestPause{60'000};
// Shorter waits are spent in line, so that no call is lost between two limits' moments.
constexpr std::chrono::seconds kLongWait{30};
constexpr std::chrono::minutes kDaysToldEvery{1};

std::vector<core::RateRule> rules_of(const config::Manifest& manifest) {
    std::vector<core::RateRule> rules;
    for (const auto& limit : manifest.limits) {
        using Kind = core::RateRule::Kind;
        auto& rule = rules.emplace_back();
        rule.counts_costs = limit.points > 0;
        rule.amount = limit.points > 0 ? limit.points : limit.requests;
        rule.per = limit.per;
        rule.restore = limit.restore;
        rule.route = limit.route;
        rule.reserve = limit.reserve;
        rule.kind = limit.calendar_day ? Kind::quota : limit.points > 0 ? Kind::bucket : Kind::window;
        rule.zone = limit.calendar_day ? limit.zone : std::string();
    }
    return rules;
}

core::Breaker breaker_of(const config::Manifest& manifest) {
    return {manifest.retry.base, kLongestPause, std::max(2 * manifest.timeout, kLongestPause)};
}

std::chrono::sys_seconds next_midnight(const sync::Zone& zone, std::chrono::sys_seconds now) {
    const std::chrono::local_seconds local((now + zone.offset_at(now)).time_since_epoch());
    return zone.instant_of(std::chrono::floor<std::chrono::days>(local) + std::chrono::days(1));
}

}  // namespace

core::Moment this_moment() {
    return {std::chrono::steady_clock::now(), std::chrono::system_clock::now()};
}

/// One call in line. Leaves the line, and gives back what it was granted and did not take, in whichever way
/// its coroutine ends.
struct Account::Turn {
    Turn(Account& in, Ask asked)
        : account(in), ask(std::move(asked)), routes(in.limit_.route_bits(ask.route)), called(in.executor_) {
        called.expires_at(asio::steady_timer::time_point::max());
        line().push_back(this);
    }
    ~Turn() { account.leave_line(*this); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    [[nodiscard]] std::list<Turn*>& line() const { return account.lines_[ask.background ? 1 : 0]; }

    Account& account;
    Ask ask;
    std::uint64_t routes;  // the limits with a route that count it
    asio::steady_timer called;
    bool granted = false;
    SteadyTime granted_at{};
    bool taken = false;
};

Account::Account(const asio::any_io_executor& executor, const config::Manifest& manifest)
    : executor_(executor), limit_({}), breaker_(breaker_of(manifest)), places_(1), timer_(executor) {
    use(manifest);
}

void Account::use(const config::Manifest& manifest) {
    places_ = std::max(manifest.concurrency, 1);
    core::RateLimit fresh(rules_of(manifest));
    if (fresh.rules() != limit_.rules()) {
        const auto now = this_moment();
        fresh.restore(now, limit_.snapshot(now, milliseconds(0)));
        limit_ = std::move(fresh);
        saved_revision_ = 0;
        zones_.clear();
        for (const auto& name : limit_.zones()) {
            auto zone = sync::Zone::find(name);
            if (!zone) {
                core::log(
                    core::LogLevel::warning,
                    "a limit's day is taken to be that of UTC: " + zone.error().message,
                    {{"platform", manifest.slug}}
                );
                zone = sync::Zone();
            }
            zones_.emplace_back(name, *zone);
        }
        days_told_ = {};
        for (auto& line : lines_) {
            for (auto* turn : line) {
                turn->routes = limit_.route_bits(turn->ask.route);
            }
        }
    }
    wake();
}

Account::Place::~Place() {
    if (account_) {
        account_->limit_.answered(left_, std::chrono::steady_clock::now(), ask_);
        --account_->in_flight_;
        account_->wake();
    }
}

void Account::leave_line(Turn& turn) {
    if (!turn.granted) {
        turn.line().remove(&turn);
        wake();
    } else if (!turn.taken) {
        --in_flight_;
        wake();
    }
}

asio::awaitable<Account::Place> Account::enter(std::shared_ptr<Account> account, Ask ask) {
    Turn turn(*account, std::move(ask));
    account->serve();
    while (!turn.granted) {
        co_await turn.called.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    turn.taken = true;
    co_return Place(account, turn.granted_at, turn.ask);
}

void Account::serve() {
    const auto now = std::chrono::steady_clock::now();
    tell_days(now);
    std::uint64_t blocked = 0;
    auto again = SteadyTime::max();
    bool closed = false;
    for (auto& line : lines_) {
        serve_line(line, blocked, again, closed);
    }
    if (waiting() > 0) {
        wait_until(again);
    }
}

/// Grants what may leave now, in the line's order. `blocked`: limits with a route whose line has begun,
/// `closed`: nobody behind may leave; both hold for the next line, too.
void Account::serve_line(std::list<Turn*>& line, std::uint64_t& blocked, SteadyTime& again, bool& closed) {
    for (auto at = line.begin(); at != line.end() && !closed;) {
        if (in_flight_ >= places_) {
            closed = true;
            return;
        }
        auto& turn = **at;
        if ((turn.routes & blocked) != 0) {
            ++at;
            continue;
        }
        const auto now = std::chrono::steady_clock::now();
        if (const auto refused_until = limit_.take(now, turn.ask)) {
            again = std::min(again, *refused_until);
            closed = !limit_.held_by_route_only(now, turn.ask);
            blocked |= turn.routes;
            ++at;
            continue;
        }
        ++in_flight_;
        turn.granted = true;
        turn.granted_at = now;
        turn.called.cancel();
        at = line.erase(at);
    }
}

/// Lets the lines be served from the event loop: what ends a call may run while everything is being torn
/// down.
void Account::wake() {
    if (waits_until_) {
        timer_.cancel();
    }
}

void Account::wait_until(SteadyTime when) {
    if (waits_until_ == when) {
        return;
    }
    waits_until_ = when;
    timer_.expires_at(when);
    timer_.async_wait([weak = weak_from_this(), wait = ++wait_](const boost::system::error_code&) {
        if (const auto self = weak.lock(); self && self->wait_ == wait) {
            self->waits_until_.reset();
            self->serve();
        }
    });
}

void Account::tell_days(SteadyTime now) {
    if (zones_.empty() || (days_told_ != SteadyTime{} && now < days_told_ + kDaysToldEvery)) {
        return;
    }
    days_told_ = now;
    const auto wall = std::chrono::system_clock::now();
    for (const auto& [name, zone] : zones_) {
        const auto midnight = next_midnight(zone, std::chrono::floor<std::chrono::seconds>(wall));
        limit_.day_ends(name, now, now + (midnight - wall));
    }
}

void Account::freeze(milliseconds span) {
    limit_.freeze(std::chrono::steady_clock::now() + span);
}

void Account::hear(const core::RateReport& report) {
    limit_.hear(std::chrono::steady_clock::now(), report);
    if (report.overpaid) {
        wake();
    }
}

std::optional<SteadyTime> Account::may_start(SteadyTime now, bool background) {
    tell_days(now);
    Ask ask;
    ask.background = background;
    if (const auto ready = limit_.ready_at(now, ask); ready >= now + kLongWait) {
        return ready;
    }
    return breaker_.may_start(now);
}

void Account::answered() {
    if (breaker_.answered()) {
        tell_change();
    }
}

milliseconds Account::unavailable(SteadyTime now, std::optional<milliseconds> retry_after, double random) {
    const bool was_probe = breaker_.state() == core::Breaker::State::half_open;
    const auto pause = breaker_.unavailable(now, retry_after, random);
    if (was_probe) {
        tell_change();  // those who wait for the probe have the pause's end to wait for now
    }
    return pause;
}

void Account::give_back() {
    if (breaker_.give_back()) {
        tell_change();
    }
}

std::shared_ptr<void> Account::on_change(std::function<void()> callback) {
    std::erase_if(listeners_, [](const auto& listener) { return listener.expired(); });
    auto handle = std::make_shared<std::function<void()>>(std::move(callback));
    listeners_.push_back(handle);
    return handle;
}

void Account::tell_change() {
    for (const auto& listener : std::exchange(listeners_, {})) {
        if (const auto callback = listener.lock()) {
            (*callback)();
        }
    }
}

std::optional<SteadyTime> Account::forecast(SteadyTime now, double jobs, const Ask& each) {
    tell_days(now);
    return limit_.forecast(now, jobs, each);
}

std::shared_ptr<Account> Accounts::of(const std::string& account, const config::Manifest& manifest) {
    auto& known = accounts_[account];
    if (known) {
        known->use(manifest);
        return known;
    }
    known = std::make_shared<Account>(executor_, manifest);
    if (const auto state = restored_.extract(account)) {
        apply(this_moment(), *known, state.mapped());
    }
    return known;
}

void Accounts::forget() {
    std::erase_if(accounts_, [](const auto& entry) { return entry.second.use_count() == 1; });
}

std::vector<store::AccountBudget> Accounts::changed(const core::Moment& now) {
    std::vector<store::AccountBudget> budgets;
    listed_.clear();
    for (const auto& [name, account] : accounts_) {
        const auto revision = account->limit_.revision();
        if (revision != account->saved_revision_) {
            budgets.push_back({name, json::serialize(account->limit_.snapshot(now))});
            listed_.emplace_back(account, revision);
        }
    }
    return budgets;
}

void Accounts::saved() {
    for (const auto& [account, revision] : listed_) {
        if (const auto listed = account.lock()) {
            listed->saved_revision_ = revision;
        }
    }
    listed_.clear();
}

void Accounts::restore(const core::Moment& now, std::vector<store::AccountBudget> budgets) {
    for (auto& budget : budgets) {
        const auto known = accounts_.find(budget.account);
        if (known == accounts_.end()) {
            restored_.insert_or_assign(std::move(budget.account), std::move(budget.state));
        } else {
            apply(now, *known->second, budget.state);
        }
    }
}

void Accounts::apply(const core::Moment& now, Account& account, const std::string& state) {
    if (account.limit_.revision() > 0) {
        return;
    }
    boost::system::error_code error;
    const auto snapshot = json::parse(state, error);
    if (!error && snapshot.is_object()) {
        account.tell_days(now.steady);
        account.limit_.restore(now, snapshot.get_object());
    }
}

}  // namespace navette::engine
