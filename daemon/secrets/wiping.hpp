// Overwrites secrets in memory once nobody needs them. Header only, so that a module needs no library for it.
#pragma once

#include <cstring>
#include <string>

namespace navette::secrets {

/// Overwrites the text's whole buffer with zeros, in a way that no optimiser removes, and empties it. Buffers
/// that the text outgrew before are not reached.
inline void wipe(std::string& text) noexcept {
    text.resize(text.capacity());  // allocates nothing: the rest of the buffer becomes reachable
    explicit_bzero(text.data(), text.size());
    text.clear();
}

/// Wipes a text when the scope is left, by whichever way. The text outlives it.
class WipedAtEnd {
  public:
    explicit WipedAtEnd(std::string& text) : text_(text) {}
    ~WipedAtEnd() { wipe(text_); }
    WipedAtEnd(const WipedAtEnd&) = delete;
    WipedAtEnd& operator=(const WipedAtEnd&) = delete;

  private:
    std::string& text_;
};

}  // namespace navette::secrets
