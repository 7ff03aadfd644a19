#include "daemon/ctl/log_line.hpp"

#include "daemon/ctl/json_text.hpp"
#include "daemon/ctl/moment.hpp"
#include "daemon/ctl/record_text.hpp"

namespace navette::ctl {

namespace {

constexpr std::size_t kLongestStatus = 13;  // misconfigured

std::string padded(const std::string& text, std::size_t width) {
    return text + std::string(width - std::min(width, display_width(text)), ' ');
}

std::string indented(const std::string& text) {
    std::string lines("    ");
    for (const char c : text) {
        lines += c;
        if (c == '\n') {
            lines += "    ";
        }
    }
    return lines + "\n";
}

std::string body_text(const store::Record& log, std::string_view name, const Layout& layout) {
    const auto* value = log.if_contains(name);
    if (value == nullptr || value->is_null()) {
        return {};
    }
    return "  " + toned(name, Tone::faint, layout) + "\n" + indented(pretty_json(*value));
}

}  // namespace

std::string log_line(const store::Record& log, bool verbose, const Layout& layout) {
    const auto status = state_cell(shown(log, "status"));
    const bool succeeded = status.text == "done" || status.text == "skipped" || status.text == "cancelled";
    auto record = shown(log, "entity_type") + " " + shown(log, "entity_id");
    if (const auto remote = shown(log, "remote_id"); !remote.empty()) {
        record += " -> " + remote;
    }
    std::string line = shown_moment(shown(log, "created_at")) + "  ";
    line += toned(padded(status.text, kLongestStatus), status.tone, layout) + "  ";
    line +=
        printable(shown(log, "integration_id") + "  " + record) + "  " + shown(log, "duration_ms") + " ms";
    if (const auto attempt = integer_of(log, "attempt"); attempt > 1) {
        line += "  attempt " + std::to_string(attempt);
    }
    if (is_true(log, "final") && !succeeded) {
        line += "  " + toned("dead letter", Tone::bad, layout);
    }
    line += "  " + toned("job " + shown(log, "job_id"), Tone::faint, layout);
    if (const auto message = shown(log, "error_message"); !message.empty()) {
        line += "  " + printable(message);
    }
    line += '\n';
    if (!verbose) {
        return line;
    }
    if (const auto* remarks = log.if_contains("remarks"); remarks != nullptr && remarks->is_array()) {
        for (const auto& remark : remarks->as_array()) {
            line += "  " + toned("remark", Tone::faint, layout) + "  " +
                    printable(remark.is_string() ? std::string(remark.as_string()) : compact_json(remark)) +
                    "\n";
        }
    }
    return line + body_text(log, "request", layout) + body_text(log, "response", layout);
}

}  // namespace navette::ctl
