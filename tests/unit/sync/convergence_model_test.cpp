#include "tests/unit/sync/convergence_model.hpp"

#include "daemon/sync/doubts.hpp"
#include "daemon/sync/parked.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

namespace navette::sync {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;

constexpr std::array<const char*, 8> kFields{
    "email", "phone", "person.name", "person.city", "person.first", "person.last", "cents", "tags"
};

json::object local_view(const ModelPlatform& platform, const json::object& remote) {
    const auto local = platform.mapping.to_local(remote);
    EXPECT_TRUE(local) << local.error().message;
    return local ? *local : json::object();
}

}  // namespace

ConvergenceModel::ConvergenceModel(std::uint64_t seed, Acknowledging acknowledging, bool tells_story)
    : random_(seed), acknowledging_(acknowledging), tells_story_(tells_story), now_(milliseconds(1'000'000)) {
    platforms_ = {lower_casing(), pairing(), shouting()};
    for (ModelPlatform& platform : platforms_) {
        platform.rule = static_cast<config::ConflictRule>(number(0, 3));
        platform.clock_is_ahead = milliseconds(number(-2'000, 2'000));
        platform.tells_seconds = chance(50);
    }
    retells_ = chance(50);
    lost_answers_ = static_cast<int>(number(0, 2)) * 40;
    for (const char* field : kFields) {
        put_leaf(application_, field, some_value(field));
    }
    tell(application_);
}

std::int64_t ConvergenceModel::number(std::int64_t least, std::int64_t most) {
    const auto span = static_cast<std::uint64_t>(most - least + 1);
    return least + static_cast<std::int64_t>(random_() % span);
}

template <class Line>
void ConvergenceModel::note(Line line) {
    if (tells_story_) {
        story_.push_back(std::to_string(now_.time_since_epoch().count()) + " " + line());
    }
}

json::value ConvergenceModel::some_value(const std::string& field) {
    // Mostly something new. Who acknowledges late cannot be told to go back to what it had before.
    const bool is_part = field == "person.first" || field == "person.last";
    const bool may_repeat = acknowledging_ == Acknowledging::at_once && !is_part;
    if (may_repeat && chance(8)) {
        return nullptr;
    }
    const bool again = may_repeat && chance(25);
    const int which = again ? static_cast<int>(number(0, 2)) : ++fresh_ + 10;
    const std::string name = std::to_string(which);
    if (field == "cents") {
        return which;
    }
    if (field == "phone") {
        return chance(50) ? json::value("0 6" + name) : json::value("06-" + name);
    }
    if (field == "tags") {
        return json::array{which, "x"};
    }
    if (is_part) {  // a full name is taken apart at its blank
        return json::value((chance(50) ? "Ana" : "aNA") + name);
    }
    return chance(50) ? json::value("Ana " + name) : json::value("aNA " + name);
}

void ConvergenceModel::begin_round() {
    edits_.clear();
    story_.clear();
}

void ConvergenceModel::stir(int steps) {
    for (; steps > 0; --steps) {
        now_ += milliseconds(chance(30) ? number(1, 300) : number(1, 9'000));
        step();
    }
}

void ConvergenceModel::step() {
    ModelPlatform& platform = platforms_[static_cast<std::size_t>(number(0, 2))];
    const std::int64_t what = number(1, 100);
    if (what <= 12) {
        edit_application();
    } else if (what <= 30) {
        edit_platform(platform);
    } else if (what <= 45) {
        process_report();
    } else if (what <= 65) {
        deliver(platform);
    } else if (what <= 85) {
        push(platform);
    } else if (what <= 88) {
        fetch(platform);
    } else if (what <= 92) {
        come_to_late_writes(platform);
    } else {
        read_feed(number(1, 3));
    }
}

void ConvergenceModel::edit_application() {
    json::object part;
    for (auto count = number(1, 2); count > 0; --count) {
        const std::string field = kFields[static_cast<std::size_t>(number(0, kFields.size() - 1))];
        const json::value value = some_value(field);
        put_leaf(application_, field, value);
        put_leaf(part, field, value);
        edits_[field].sides.insert("application");
        edits_[field].last = value;
        note([&] { return "application sets " + field + " " + json::serialize(value); });
    }
    tell(chance(60) ? application_ : part);
}

void ConvergenceModel::tell(json::object record) {
    reports_.push_back({std::move(record), now_, acknowledged_});
}

void ConvergenceModel::edit_platform(ModelPlatform& platform) {
    const std::string field = kFields[static_cast<std::size_t>(number(0, kFields.size() - 1))];
    json::value value = some_value(field);
    const json::object sent = local_view(platform, platform.snapshot);
    const auto in_doubt = views_in_doubt(platform.mapping, platform.snapshot, platform.in_doubt);
    // What is set back to the value that we overwrote, before it was read, may go unheard, and what is set to
    // the value of a write in doubt is taken for it: see the ADR.
    const auto may_go_unheard = [&] {
        return (is_respelled(value, leaf(platform.seen, field)) &&
                !equal_values(leaf(sent, field), leaf(platform.seen, field))) ||
               std::ranges::any_of(in_doubt, [&](const json::object& view) {
                   return equal_values(value, leaf(view, field)) || is_respelled(value, leaf(view, field));
               });
    };
    while (may_go_unheard()) {
        value = some_value(field);
    }
    json::object record;
    put_leaf(record, field, platform.spell(field, value));
    platform.record = platform.mapping.held_with(platform.record, record);
    platform.unheard.insert(field);
    changed(platform);
    edits_[field].sides.insert(platform.id);
    edits_[field].last = value;
    note([&] { return platform.id + " sets " + field + " " + json::serialize(value); });
    platform.notices.push_back({platform.record, platform.changed_at});
}

void ConvergenceModel::changed(ModelPlatform& platform) {
    platform.changed_at = now_ + platform.clock_is_ahead;
    if (platform.tells_seconds) {
        platform.changed_at = std::chrono::floor<std::chrono::seconds>(platform.changed_at);
    }
}

void ConvergenceModel::read_feed(std::int64_t most) {
    if (acknowledging_ == Acknowledging::with_the_next_reading) {
        acknowledged_ = read_;
    }
    bool has_read = false;
    for (; most > 0 && read_ < static_cast<std::int64_t>(feed_.size()); --most, ++read_) {
        const Entry& entry = feed_[static_cast<std::size_t>(read_)];
        for (const std::string& field : entry.fields) {
            put_leaf(application_, field, leaf(entry.record, field));
            note([&] {
                return "application reads " + field + " " + json::serialize(leaf(entry.record, field));
            });
        }
        has_read = true;
    }
    if (acknowledging_ == Acknowledging::at_once) {
        acknowledged_ = read_;
    }
    if (has_read && retells_) {
        tell(application_);
    }
}

void ConvergenceModel::publish(const std::vector<std::string>& fields) {
    feed_.push_back({fields, hub_.data});
    for (auto& [field, stamp] : hub_.stamps) {
        if (!stamp.position) {
            stamp.position = static_cast<std::int64_t>(feed_.size());
        }
    }
}

void ConvergenceModel::process_report() {
    if (reports_.empty()) {
        return;
    }
    const Report report = std::move(reports_.front());
    reports_.pop_front();
    hub_.acknowledged = report.acknowledged;
    Told told = take_report(hub_, report.record, report.told_at);
    note([&] {
        return "the hub is told " + json::serialize(report.record) + " as of " +
               std::to_string(report.acknowledged) + " and has " + json::serialize(told.data) +
               " with stamps " + json::serialize(write_stamps(told.stamps));
    });
    if (told.changed) {
        hub_.updated_at = now_;
        hub_.data = std::move(told.data);
        hub_.stamps = std::move(told.stamps);
    }
    if (!told.retold.empty()) {
        publish(told.retold);
    }
    spread(nullptr);
}

void ConvergenceModel::spread(const ModelPlatform* except) {
    for (ModelPlatform& platform : platforms_) {
        platform.must_push = platform.must_push || &platform != except;
    }
}

void ConvergenceModel::deliver(ModelPlatform& platform) {
    if (platform.notices.empty()) {
        return;
    }
    // Any of them, so that they come in any order.
    const auto which = number(0, static_cast<std::int64_t>(platform.notices.size()) - 1);
    const Notice notice = platform.notices[static_cast<std::size_t>(which)];
    if (!chance(20)) {  // else it comes once more
        platform.notices.erase(platform.notices.begin() + which);
    }
    if (chance(15)) {
        platform.must_pull = true;
        return;
    }
    take_in(platform, notice, false);
}

void ConvergenceModel::take_in(ModelPlatform& platform, const Notice& notice, bool is_read) {
    if (platform.remote_changed_at && notice.changed_at < *platform.remote_changed_at) {
        return;
    }
    hub_.acknowledged = acknowledged_;
    Spoke spoke;
    spoke.shown = local_view(platform, notice.record);
    spoke.seen = platform.seen;
    spoke.sent = local_view(platform, platform.snapshot);
    spoke.ours = platform.mapping.canonical(hub_.data);
    spoke.changed_at = notice.changed_at;
    spoke.pushed_at = platform.pushed_at;
    spoke.seen_at = platform.remote_changed_at;
    spoke.together = platform.mapping.read_together();
    spoke.heard_at = now_;
    spoke.integration = platform.id;
    spoke.rule = [&platform](std::string_view) { return platform.rule; };
    spoke.open = platform.conflicts;
    spoke.in_doubt = views_in_doubt(platform.mapping, platform.snapshot, platform.in_doubt);
    Merged merged = merge(hub_, spoke);
    if (!is_read && needs_fresh_read(spoke, merged)) {
        fetch(platform);
        return;
    }
    note([&] {
        return platform.id + " shows " + json::serialize(spoke.shown) +
               ", changed fields: " + std::to_string(merged.changed.size());
    });
    json::object agreed;
    for (const std::string& field : merged.agreed) {
        put_leaf(agreed, field, leaf(spoke.shown, field));
    }
    platform.snapshot = platform.mapping.held_with(platform.snapshot, agreed);
    platform.seen = std::move(merged.seen);
    platform.conflicts = std::move(merged.conflicts);
    platform.in_doubt = left_in_doubt(platform.mapping, platform.snapshot, platform.in_doubt, merged.arrived);
    if (notice.record == platform.record) {
        platform.unheard.clear();
    }
    platform.remote_changed_at = notice.changed_at;
    hub_.stamps = std::move(merged.stamps);
    if (!merged.changed.empty()) {
        hub_.data = std::move(merged.data);
        hub_.updated_at = now_;
        publish(merged.changed);
        spread(&platform);
    }
    platform.must_push = platform.must_push || merged.differs;
    platform.must_pull = platform.must_pull && !is_read;
}

void ConvergenceModel::push(ModelPlatform& platform) {
    if (!platform.must_push) {
        return;
    }
    platform.must_push = false;
    const bool looks =
        platform.rule == config::ConflictRule::platform_wins || platform.rule == config::ConflictRule::manual;
    if (looks && platform.pushed_at) {
        fetch(platform);
        platform.must_push = false;
    }
    json::object record = hub_.data;
    std::vector<json::object> in_doubt = platform.in_doubt;
    const json::object held =
        keep_parked(platform.mapping, platform.conflicts, platform.snapshot, record, in_doubt);
    const auto all = platform.mapping.to_remote(record);
    ASSERT_TRUE(all) << all.error().message;
    json::object fields = *all;
    if (drop_known(platform.mapping, fields, held, in_doubt, {})) {
        send(platform, fields);
    }
}

void ConvergenceModel::send(ModelPlatform& platform, const json::object& fields) {
    note([&] { return platform.id + " is sent " + json::serialize(fields); });
    ++platform.calls;
    if (chance(lost_answers_)) {
        lose(platform, fields);
        if (platform.in_doubt.empty() || platform.in_doubt.back() != fields) {
            platform.in_doubt.push_back(fields);
        }
        platform.must_push = true;
        return;
    }
    // What takes effect behind an answered write is taken for an edit: see the ADR.
    platform.late.clear();
    write(platform, fields);
    lay_over(platform.snapshot, fields);
    platform.in_doubt.clear();
    platform.pushed_at = now_;
}

void ConvergenceModel::lose(ModelPlatform& platform, json::object fields) {
    json::object rest;
    if (fields.size() > 1 && chance(30)) {
        const auto at = fields.begin() + number(0, static_cast<std::int64_t>(fields.size()) - 1);
        rest.emplace(at->key(), at->value());
        fields.erase(at);
    }
    for (const json::object& part : {fields, rest}) {
        const auto dice = number(1, 100);
        if (part.empty()) {
            continue;
        }
        note([&] {
            return json::serialize(part) + " of which takes effect " +
                   (dice <= 40   ? "without an answer"
                    : dice <= 70 ? "later"
                                 : "never");
        });
        if (dice <= 40) {
            // A platform takes its writes in their order.
            while (!platform.late.empty()) {
                come_to_late_writes(platform);
            }
            write(platform, part);
        } else if (dice <= 70) {
            platform.late.push_back(part);
        }
    }
}

void ConvergenceModel::come_to_late_writes(ModelPlatform& platform) {
    if (platform.late.empty()) {
        return;
    }
    note([&] { return platform.id + " comes to " + json::serialize(platform.late.front()); });
    write(platform, std::exchange(platform.late.front(), {}));
    platform.late.pop_front();
}

void ConvergenceModel::write(ModelPlatform& platform, const json::object& fields) {
    const json::object given = local_view(platform, fields);
    json::object spelt;
    for (const auto& [field, value] : leaves_of(given)) {
        put_leaf(spelt, field, platform.spell(field, value));
        // Without a look, a write overwrites what was edited and not told yet: see the ADR.
        const auto edit = edits_.find(field);
        if (platform.unheard.erase(field) > 0 && edit != edits_.end()) {
            edit->second.sides.insert("an edit that was not heard");
        }
    }
    platform.record = platform.mapping.held_with(platform.record, spelt);
    changed(platform);
    platform.notices.push_back({platform.record, platform.changed_at});
}

bool ConvergenceModel::is_quiet() const {
    return reports_.empty() && read_ == static_cast<std::int64_t>(feed_.size()) &&
           std::ranges::all_of(platforms_, [](const ModelPlatform& platform) {
               return platform.notices.empty() && platform.late.empty() && !platform.must_push &&
                      !platform.must_pull;
           });
}

int ConvergenceModel::settle() {
    constexpr int kPatience = 400;
    constexpr int kCalmer = 30;
    const int lost_answers = std::exchange(lost_answers_, std::min(lost_answers_, kCalmer));
    for (ModelPlatform& platform : platforms_) {
        platform.calls = 0;
    }
    for (int turn = 0; !is_quiet(); ++turn) {
        if (turn == kPatience) {
            return -1;
        }
        now_ += milliseconds(number(1, 9'000));
        process_report();
        read_feed(number(1, 5));
        for (ModelPlatform& platform : platforms_) {
            push(platform);
            deliver(platform);
            come_to_late_writes(platform);
            if (platform.must_pull) {
                fetch(platform);
            }
        }
    }
    lost_answers_ = lost_answers;
    acknowledged_ = read_;
    int calls = 0;
    for (const ModelPlatform& platform : platforms_) {
        calls += platform.calls;
    }
    return calls;
}

bool ConvergenceModel::decide_conflicts() {
    bool any = false;
    for (ModelPlatform& platform : platforms_) {
        for (const auto& [field, conflict] : std::exchange(platform.conflicts, {})) {
            any = true;
            // The platform's value is known from now on, so that ours is sent over it or becomes it.
            json::object known;
            put_leaf(known, field, conflict.remote);
            platform.snapshot = platform.mapping.held_with(platform.snapshot, known);
            if (chance(50)) {
                put_leaf(hub_.data, field, conflict.remote);
                hub_.stamps.erase(field);
                hub_.updated_at = now_;
                publish({field});
            }
            spread(nullptr);
        }
    }
    return any;
}

std::string ConvergenceModel::complaint() const {
    std::string found;
    for (const std::string field : kFields) {
        const std::string middle = common_of(field, leaf(hub_.data, field));
        const auto compare = [&](const std::string& side, const json::value& value) {
            if (common_of(field, value) != middle) {
                found += side + " has " + field + " " + json::serialize(value) + ", the hub " +
                         json::serialize(leaf(hub_.data, field)) + "\n";
            }
        };
        compare("the application", leaf(application_, field));
        for (const ModelPlatform& platform : platforms_) {
            compare(platform.id, leaf(local_view(platform, platform.record), field));
        }
        const auto edit = edits_.find(field);
        if (edit != edits_.end() && edit->second.sides.size() == 1 &&
            common_of(field, edit->second.last) != middle) {
            found += *edit->second.sides.begin() + " alone set " + field + " to " +
                     json::serialize(edit->second.last) + ", which was lost\n";
        }
    }
    return found;
}

std::string ConvergenceModel::story() const {
    std::string text;
    for (const ModelPlatform& platform : platforms_) {
        text += platform.id + ": " + std::string(config::to_string(platform.rule)) + "\n";
    }
    for (const std::string& line : story_) {
        text += line + "\n";
    }
    return text;
}

}  // namespace navette::sync
