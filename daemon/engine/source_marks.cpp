#include "daemon/engine/source_marks.hpp"

#include <boost/json/array.hpp>

namespace navette::engine {

namespace json = boost::json;

namespace {

// A source that is read every second keeps this many marks of its overlap, not one for each run.
constexpr int kMarksPerOverlap = 10;

}  // namespace

SourceMarks SourceMarks::from_json(const json::value& position) {
    SourceMarks marks;
    if (!position.is_array()) {
        return marks;
    }
    for (const auto& item : position.as_array()) {
        const auto* fields = item.if_array();
        if (fields == nullptr || fields->size() != 3 || !(*fields)[0].is_int64() ||
            !(*fields)[1].is_string() || !(*fields)[2].is_string()) {
            return {};
        }
        Mark mark;
        mark.at = std::chrono::sys_seconds(std::chrono::seconds((*fields)[0].as_int64()));
        mark.place = {std::string((*fields)[1].as_string()), std::string((*fields)[2].as_string())};
        marks.marks_.push_back(std::move(mark));
    }
    return marks;
}

json::value SourceMarks::to_json() const {
    json::array all;
    for (const auto& mark : marks_) {
        all.push_back({mark.at.time_since_epoch().count(), mark.place.first, mark.place.second});
    }
    return all;
}

std::optional<SourceMarks::Place> SourceMarks::begin(
    std::chrono::sys_seconds now, std::chrono::milliseconds overlap
) const {
    for (auto mark = marks_.rbegin(); mark != marks_.rend(); ++mark) {
        if (now - mark->at >= overlap) {
            return mark->place;
        }
    }
    return std::nullopt;
}

void SourceMarks::reached(Place place, std::chrono::sys_seconds now, std::chrono::milliseconds overlap) {
    // A mark that is too near its elder is replaced; the elder stays to be begun at.
    if (marks_.size() >= 2 && now - marks_[marks_.size() - 2].at < overlap / kMarksPerOverlap) {
        marks_.pop_back();
    }
    marks_.push_back({now, std::move(place)});
    while (marks_.size() >= 2 && now - marks_[1].at >= overlap) {
        marks_.erase(marks_.begin());
    }
}

}  // namespace navette::engine
