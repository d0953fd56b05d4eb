// One client's session in the server's memory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "session/report_writer.h"
#include "session/served_model.h"
#include "train/halves.h"
#include "wire/message.h"
#include "wire/server/server_listener.h"

namespace cutlink::session {

using MessageParts = std::vector<std::shared_ptr<const ByteVector>>;

class ServedSession {
 public:
  // The server half at the beginning. model must outlive it. The agreement passed check_agreement(). threads:
  // of its computation; how sums are rounded depends on their number, so a session keeps it for life.
  ServedSession(const wire::Token& token, std::string owner, const train::Agreement& agreement,
                const ServedModel& model, std::uint32_t threads);

  // Runs a numbered frame, once: the same number again gives the kept answer. Throws Error(peer) with the
  // state as before; any other exception leaves the half in no state to go on.
  MessageParts run(std::uint64_t number, ByteSpan frame, const wire::Arrival& arrival);
  [[nodiscard]] std::uint64_t answered() const { return answered_; }  // last number; 0: none

  [[nodiscard]] ByteVector save() const;
  void restore(ByteSpan state);  // the number of threads, too; throws Error(usage)
  [[nodiscard]] ByteVector adapters();

  [[nodiscard]] const wire::Token& token() const { return token_; }
  [[nodiscard]] const std::string& owner() const { return owner_; }
  [[nodiscard]] const train::Agreement& agreement() const { return agreement_; }
  [[nodiscard]] std::uint32_t steps_done() const { return half_->steps_done(); }
  [[nodiscard]] std::uint32_t cap() const { return cap_; }
  [[nodiscard]] std::uint32_t threads() const { return threads_; }
  [[nodiscard]] std::uint64_t memory_bytes() const { return memory_bytes_; }  // as session_bytes() has it
  [[nodiscard]] std::string describe() const;                                 // model, split, codecs

  // Whose messages it takes; none: nobody is connected.
  std::optional<wire::ConnectionId> connection;
  std::uint64_t last_used = 0;  // by the server's count of messages

 private:
  wire::Token token_;
  std::string owner_;
  train::Agreement agreement_;
  const ServedModel& model_;
  ReportingObserver reporter_;
  std::unique_ptr<train::ServerHalf> half_;
  std::uint32_t threads_;
  std::uint32_t cap_ = 0;
  std::uint64_t memory_bytes_ = 0;
  std::uint64_t answered_ = 0;
  MessageParts answer_;  // the last, until the next request
};

}  // namespace cutlink::session
