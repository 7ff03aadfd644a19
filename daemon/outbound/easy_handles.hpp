// libcurl's easy handles, set up once and used for one transfer after the other.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <vector>

namespace navette::outbound {

/// Making one and setting it up takes some microseconds, about as long as the kernel takes to send a request.
/// Not thread-safe; outlives the transfers.
class EasyHandles {
  public:
    EasyHandles();
    EasyHandles(const EasyHandles&) = delete;
    EasyHandles& operator=(const EasyHandles&) = delete;

    /// A handle with all that is the same for every transfer: what is spoken, no redirects, no proxy, no
    /// signals. Throws std::bad_alloc.
    [[nodiscard]] CURL* take();

    /// Takes back a handle that no multi handle holds. `clean`: its transfer went well and left nothing in it
    /// that a transfer to another server must not have.
    void give_back(CURL* easy, bool clean);

  private:
    struct Cleanup {
        void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
    };
    std::vector<std::unique_ptr<CURL, Cleanup>> idle_;
};

}  // namespace navette::outbound
