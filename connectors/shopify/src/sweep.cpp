#include "sweep.hpp"

#include <navette/sdk/timestamp.hpp>

namespace navette::shopify {

namespace {

std::optional<BulkPlace> place_of(const json::object& object) {
    BulkPlace place;
    place.id = sdk::text_at(object, "bulk");
    if (place.id.empty()) {
        return std::nullopt;
    }
    place.began = sdk::text_at(object, "bulk_began");
    place.offset = sdk::integer_at(object, "offset");
    place.looks = sdk::integer_at(object, "looks").value_or(0);
    place.objects = sdk::integer_at(object, "objects").value_or(0);
    place.moved = sdk::integer_at(object, "moved").value_or(0);
    return place;
}

}  // namespace

Cursor read_cursor(const json::value& value, sdk::Instant now) {
    const auto* object = value.if_object();
    Cursor cursor;
    if (object != nullptr) {
        cursor.since = sdk::text_at(*object, "since");
        cursor.after = sdk::text_at(*object, "after");
        cursor.newest = sdk::text_at(*object, "newest");
        cursor.read = sdk::integer_at(*object, "read").value_or(0);
        cursor.is_in_deletions = sdk::is_true(*object, "in_deletions");
        cursor.deletions.since = sdk::text_at(*object, "deleted_since");
        cursor.deletions.newest = sdk::text_at(*object, "deleted_newest");
        if (const auto* seen = sdk::array_at(*object, "deletions_seen")) {
            cursor.deletions.seen = *seen;
        }
        cursor.bulk = place_of(*object);
    }
    if (cursor.deletions.since.empty()) {
        // What was deleted before the first sweep began is not in it.
        cursor.deletions.since = sdk::iso_text(now - kOverlap);
    }
    return cursor;
}

json::object cursor_of(const Cursor& cursor, const std::string& since) {
    json::object next;
    next["since"] = since;
    next["deleted_since"] = cursor.deletions.since;
    if (!cursor.deletions.newest.empty()) {
        next["deleted_newest"] = cursor.deletions.newest;
    }
    if (!cursor.deletions.seen.empty()) {
        next["deletions_seen"] = cursor.deletions.seen;
    }
    return next;
}

json::object bulk_cursor_of(const Cursor& cursor, const BulkPlace& place) {
    auto next = cursor_of(cursor, cursor.since);
    next["bulk"] = place.id;
    next["bulk_began"] = place.began;
    if (place.offset) {
        next["offset"] = *place.offset;
        return next;
    }
    next["looks"] = place.looks;
    next["objects"] = place.objects;
    next["moved"] = place.moved;
    return next;
}

json::object end_cursor_of(const Cursor& cursor, const std::string& newest) {
    const auto moment = sdk::from_iso_text(newest);
    auto next = cursor_of(cursor, moment ? sdk::iso_text(*moment - kOverlap) : cursor.since);
    next["in_deletions"] = true;
    return next;
}

}  // namespace navette::shopify
