#include "daemon/outbound/header_lines.hpp"

namespace navette::outbound {

// "Name:" tells libcurl to leave its own header out, "Name;" to send one without a value.

void HeaderLines::add(std::string_view name, std::string_view value) {
    begins_.push_back(text_.size());
    text_ += name;
    if (value.empty()) {
        text_ += ';';
    } else {
        text_ += ": ";
        text_ += value;
    }
    text_ += '\0';
}

void HeaderLines::leave_out(std::string_view name) {
    begins_.push_back(text_.size());
    text_ += name;
    text_ += ':';
    text_ += '\0';
}

curl_slist* HeaderLines::list() {
    nodes_.assign(begins_.size(), curl_slist{});
    for (std::size_t at = 0; at < nodes_.size(); ++at) {
        nodes_[at].data = text_.data() + begins_[at];
        nodes_[at].next = at + 1 < nodes_.size() ? &nodes_[at + 1] : nullptr;
    }
    return nodes_.empty() ? nullptr : nodes_.data();
}

}  // namespace navette::outbound
