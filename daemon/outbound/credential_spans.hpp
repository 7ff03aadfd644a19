// Where credentials that nobody told us of stand in a text, judged by their form. Pure; linear in the text's
// size.
#pragma once

#include "daemon/outbound/decoded_view.hpp"
#include "daemon/outbound/secret_spans.hpp"

#include <string_view>
#include <vector>

namespace navette::outbound {

/// Whether one of the words "Bearer" and "Basic" stands in the text with a blank behind it.
[[nodiscard]] bool names_a_scheme(std::string_view text);

/// What follows "Bearer" and "Basic" where it looks like a credential and not like a word: platforms and
/// proxies quote the header they refuse.
void find_scheme_credentials(const DecodedView& view, std::vector<SecretSpan>& spans);

/// JSON web tokens: three base64 parts with dots between them, of which the first begins a JSON object.
void find_web_tokens(const DecodedView& view, std::vector<SecretSpan>& spans);

}  // namespace navette::outbound
