// What the POSTs of the push benchmark cost at the least: bare loops without queue, mapping, log or limits.
#pragma once

#include <string>

namespace navette::bench {

/// Connections that are kept alive and busy, as many as navetted's calls.
constexpr int kRawConnections = 192;

/// POSTs per CPU second of the calling thread, by send and recv on sockets whose bytes nobody looks at: what
/// the kernel takes. `url`: an HttpSink's. Throws where the server does not answer.
[[nodiscard]] double raw_posts_by_sockets(const std::string& url, long posts);

/// The same by libcurl's multi interface with epoll: handles set up once, connections and watches kept.
[[nodiscard]] double raw_posts_by_libcurl(const std::string& url, long posts);

}  // namespace navette::bench
