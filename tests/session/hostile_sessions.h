// Some ten thousand ways for a client to say what it should not, made of a good conversation that was
// recorded: every message that a client sends, in the state in which it is right.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "session/hostile_hello.h"
#include "session/recorded_session.h"
#include "wire/frame/frame_header.h"
#include "wire/hostile_catalogue.h"

namespace cutlink::session {

class SessionCatalogue {
 public:
  // other: of a session that agreed on something else.
  SessionCatalogue(const Recorded& recorded, const Recorded& other, const AgreementFields& fields)
      : recorded_(recorded) {
    using Kind = wire::Hello::Kind;
    const ByteVector hello = wire::message(wire::MessageType::hello, 0, recorded.hello(Kind::fresh));
    const ByteVector in_step =
        wire::joined({hello, wire::message(wire::MessageType::frame, 1, recorded.training.at(0))});
    good_ = {
        {"hello fresh", {}, wire::MessageType::hello, 0, recorded.hello(Kind::fresh)},
        {"hello continues", {}, wire::MessageType::hello, 0, recorded.hello(Kind::continues)},
        {"hello restores", {}, wire::MessageType::hello, 0, recorded.hello(Kind::restores)},
        {"activations", hello, wire::MessageType::frame, 1, recorded.training.at(0)},
        {"gradients", in_step, wire::MessageType::frame, 2, recorded.training.at(1)},
        {"evaluation", hello, wire::MessageType::frame, 1, recorded.evaluation.at(0)},
        {"save", hello, wire::MessageType::save, 0, wire::write_step(0)},
        {"adapters", hello, wire::MessageType::adapters, 0, {}},
        {"clock", hello, wire::MessageType::clock, 0, wire::write_clock({}, wire::MessageType::clock)},
        {"goodbye", hello, wire::MessageType::goodbye, 0, wire::write_goodbye(true)},
    };
    hellos(fields);
    for (const Good& good : good_) {
      truncations(good);
      bits(good);
      sizes_and_numbers(good);
    }
    for (const std::size_t frame : {3U, 4U, 5U}) {
      header_fields(good_[frame]);
      descriptor_fields(good_[frame]);
    }
    orders(hello);
    replays(hello, other);
    random_changes(hello);
  }

  std::vector<HostileCase> cases;

 private:
  void add(std::string name, ByteVector bytes) {
    cases.push_back({std::move(name), std::move(bytes), false, ""});
  }
  void add_refused(std::string name, ByteVector bytes, std::string refusal = "") {
    cases.push_back({std::move(name), std::move(bytes), true, std::move(refusal)});
  }

  // The headers' bytes one by one, then some forty more.
  static std::vector<std::size_t> cuts_of(std::size_t size) {
    constexpr std::size_t one_by_one = wire::envelope_bytes + wire::header_bytes;
    std::vector<std::size_t> cuts;
    for (std::size_t cut = 0; cut < size; cut += cut < one_by_one ? 1 : std::max<std::size_t>(1, size / 40)) {
      cuts.push_back(cut);
    }
    return cuts;
  }

  void hellos(const AgreementFields& fields) {
    const Good& fresh = good_[0];
    for (const ChangedAgreement& changed : changed_agreements(recorded_.agreement, fields)) {
      const ByteVector bytes =
          fresh.with(wire::write_hello({wire::Hello::Kind::fresh, {}, 0, changed.bytes}));
      changed.refusal.empty() ? add(changed.name, bytes) : add_refused(changed.name, bytes, changed.refusal);
    }
    for (std::size_t bit = 0; bit < 8 * fresh.body.size(); ++bit) {
      add("hello fresh: body bit " + std::to_string(bit), fresh.with(wire::flipped(fresh.body, bit)));
    }
    constexpr std::size_t fixed_bytes = 28;  // of a hello: kind, reserved, step, token, agreement's length
    for (const std::size_t which : {1U, 2U}) {
      const Good& good = good_[which];
      for (std::size_t bit = 0; bit < 8 * fixed_bytes; ++bit) {
        add(good.name + ": body bit " + std::to_string(bit), good.with(wire::flipped(good.body, bit)));
      }
    }
    for (const std::uint32_t step : wire::lengths) {
      add("hello restores: step " + std::to_string(step), good_[2].with(with_number(good_[2].body, 4, step)));
      if (step != 0) {
        add_refused("hello fresh: step " + std::to_string(step), fresh.with(with_number(fresh.body, 4, step)),
                    "step");
      }
      add_refused("hello: agreement's length " + std::to_string(step),
                  fresh.with(with_number(fresh.body, 24, step)), "hello");
    }
    for (const int value : {3, 127, 255}) {
      const auto kind = static_cast<std::uint8_t>(value);
      add_refused("hello: kind " + std::to_string(kind), fresh.with(with_number(fresh.body, 0, kind)),
                  "kind");
    }
    add_refused("hello continues: token 0",
                good_[1].with(wire::write_hello({wire::Hello::Kind::continues, {}, 0, recorded_.agreement})),
                "token");
  }

  void truncations(const Good& good) {
    const ByteVector whole = good.message();
    for (const std::size_t cut : cuts_of(whole.size())) {
      add(good.name + ": the connection ends after byte " + std::to_string(cut),
          wire::joined({good.before, ByteSpan(whole).first(cut)}));
    }
    for (const std::size_t cut : cuts_of(good.body.size())) {
      add_refused(good.name + ": a body of " + std::to_string(cut) + " bytes",
                  good.with(ByteSpan(good.body).first(cut)));
    }
    add_refused(good.name + ": a byte too many", good.with(wire::joined({good.body, ByteVector(1)})));
  }

  void bits(const Good& good) {
    const ByteVector whole = good.message();
    for (std::size_t bit = 0; bit < 8 * wire::envelope_bytes; ++bit) {
      add(good.name + ": envelope bit " + std::to_string(bit),
          wire::joined({good.before, wire::flipped(whole, bit)}));
    }
    if (!good.is_frame()) {
      for (std::size_t bit = 0; good.type != wire::MessageType::hello && bit < 8 * good.body.size(); ++bit) {
        add(good.name + ": body bit " + std::to_string(bit), good.with(wire::flipped(good.body, bit)));
      }
      return;
    }
    const std::size_t header_bits = 8 * wire::header_bytes;
    const std::size_t stride = std::max<std::size_t>(1, (8 * good.body.size() - header_bits) / 100) | 1U;
    for (std::size_t bit = 0; bit < 8 * good.body.size(); bit += bit < header_bits ? 1 : stride) {
      const std::string name = good.name + ": frame bit " + std::to_string(bit);
      const ByteVector bad = wire::flipped(good.body, bit);
      add_refused(name, good.with(bad), "frame");
      add(name + ", sealed", good.with(sealed(bad)));
    }
  }

  // As a peer does that forges: both checksums are right.
  static ByteVector sealed(ByteVector frame) {
    wire::FrameHeader header;
    std::memcpy(&header, frame.data(), sizeof header);
    wire::seal_frame(header, frame);
    return frame;
  }

  void sizes_and_numbers(const Good& good) {
    const ByteVector whole = good.message();
    for (const std::uint32_t length : wire::lengths) {
      const ByteVector bad = with_number(whole, 4, length);
      const std::string name = good.name + ": envelope's length " + std::to_string(length);
      add(name, wire::joined({good.before, bad}));
      add(name + ", with as much behind it",
          wire::joined({good.before, ByteSpan(bad).first(wire::envelope_bytes),
                        wire::pattern(std::min<std::size_t>(length, 100'000))}));
    }
    for (const std::uint64_t number : wire::numbers) {
      // The last answered one is no fault: it gets the kept answer.
      if (number != good.number && (number == 0 || number + 1 != good.number)) {
        add_refused(good.name + ": number " + std::to_string(number),
                    wire::joined({good.before, with_number(whole, 8, number)}));
      }
    }
  }

  // Sealed; what they say is looked at. `decides`: another value than the good one cannot be right.
  void header_fields(const Good& good) {
    struct Field {
      const char* name;
      std::size_t at, size;
      bool decides;
    };
    for (const Field& field :
         {Field{"magic", 0, 4, true}, Field{"version", 4, 1, true}, Field{"type", 5, 1, true},
          Field{"flags", 6, 1, false}, Field{"crossing", 7, 1, true}, Field{"dtype", 8, 1, true},
          Field{"phase", 9, 1, false}, Field{"client", 10, 2, true}, Field{"codec_id", 12, 4, true},
          Field{"sequence", 16, 8, false}, Field{"step", 32, 4, false}, Field{"micro_batch", 36, 4, false},
          Field{"rows", 40, 4, true}, Field{"channels", 44, 4, true}, Field{"descriptor_bytes", 48, 4, true},
          Field{"metadata_bytes", 52, 4, true}, Field{"payload_bytes", 56, 4, true}}) {
      for (const std::uint64_t number : {0ULL, 1ULL, 2ULL, 127ULL, 128ULL, 255ULL, 65535ULL, 1ULL << 31U,
                                         (1ULL << 32U) - 1, 1ULL << 63U, ~0ULL}) {
        ByteVector bad = good.body;
        std::memcpy(bad.data() + field.at, &number, field.size);  // little-endian: its lowest bytes
        const bool same = bad == good.body;
        const std::string name = good.name + ": " + field.name + " " + std::to_string(number);
        field.decides && !same ? add_refused(name, good.with(sealed(bad)))
                               : add(name, good.with(sealed(bad)));
      }
    }
  }

  void descriptor_fields(const Good& good) {
    wire::FrameHeader header;
    std::memcpy(&header, good.body.data(), sizeof header);
    const std::size_t begin = wire::header_bytes;
    for (std::size_t at = 0; at + 4 <= header.descriptor_bytes; at += 4) {
      for (const std::uint32_t number : wire::lengths) {
        add(good.name + ": descriptor at " + std::to_string(at) + " " + std::to_string(number),
            good.with(sealed(with_number(good.body, begin + at, number))));
      }
    }
    if (header.descriptor_bytes == 0) {
      return;
    }
    constexpr std::size_t rate_at = 8;
    for (const double rate : {0.0, 1e300, 1e-320, std::numeric_limits<double>::infinity(), -1.0,
                              std::numeric_limits<double>::quiet_NaN()}) {
      const ByteVector bytes = good.with(sealed(with_number(good.body, begin + rate_at, rate)));
      const std::string name = good.name + ": learning_rate " + std::to_string(rate);
      std::isfinite(rate) && rate >= 0.0 ? add(name, bytes) : add_refused(name, bytes, "learning_rate");
    }
  }

  // All pairs and triples of good messages, before a session is open and in it.
  void orders(const ByteVector& hello) {
    for (const Good& a : good_) {
      for (const Good& b : good_) {
        const std::string name = "order: " + a.name + ", " + b.name;
        a.type == wire::MessageType::hello
            ? add(name, wire::joined({a.message(), b.message()}))
            : add_refused(name, wire::joined({a.message(), b.message()}), "hello");
        for (const Good& c : good_) {
          add(name + ", " + c.name, wire::joined({hello, a.message(), b.message(), c.message()}));
        }
      }
    }
  }

  static ByteVector frame_message(std::uint64_t number, const ByteVector& frame) {
    return wire::message(wire::MessageType::frame, number, frame);
  }

  void replays(const ByteVector& hello, const Recorded& other) {
    const std::vector<ByteVector>& frames = recorded_.training;
    for (std::size_t i = 0; i < frames.size(); ++i) {
      for (std::size_t j = 0; j < frames.size(); ++j) {
        const std::string name = "replay: frames " + std::to_string(i) + " and " + std::to_string(j);
        add(name, wire::joined({hello, frame_message(1, frames[i]), frame_message(2, frames[j])}));
        add(name + " under one number",
            wire::joined({hello, frame_message(1, frames[i]), frame_message(1, frames[j])}));
        add_refused(name + ", a number left out",
                    wire::joined({hello, frame_message(1, frames[i]), frame_message(3, frames[j])}));
      }
    }
    ByteVector whole = hello;
    for (std::size_t i = 0; i < frames.size(); ++i) {
      whole = wire::joined({whole, frame_message(i + 1, frames[i])});
    }
    add_refused("replay: a whole session again, in it", wire::joined({whole, whole}), "hello");
    for (std::size_t i = 0; i + 1 < frames.size(); ++i) {
      add_refused("replay: frame " + std::to_string(i) + " at the end",
                  wire::joined({whole, frame_message(frames.size() + 1, frames[i])}));
    }
    for (const auto* foreign : {&other.training, &other.evaluation}) {
      for (const ByteVector& frame : *foreign) {
        add_refused("a frame of another session", wire::joined({hello, frame_message(1, frame)}), "frame");
        add_refused("a frame of another session in a step",
                    wire::joined({hello, frame_message(1, frames[0]), frame_message(2, frame)}));
      }
    }
    add_refused("hello twice", wire::joined({hello, hello}), "hello");
  }

  // Good conversations with up to three bytes changed; in every second one a frame's body, sealed.
  void random_changes(const ByteVector& hello) {
    const std::vector<ByteVector>& frames = recorded_.training;
    const ByteVector good = wire::joined({hello, frame_message(1, frames[0]), frame_message(2, frames[1])});
    for (int i = 0; i < 2500; ++i) {
      const auto change = [this](ByteVector bytes, std::size_t from) {
        for (std::uint64_t changes = 1 + rng_.below(3); changes > 0; --changes) {
          bytes[from + rng_.below(static_cast<std::uint32_t>(bytes.size() - from))] =
              static_cast<std::uint8_t>(rng_.next_u32());
        }
        return bytes;
      };
      if (i % 2 == 0) {
        add("random change " + std::to_string(i), change(good, 0));
      } else {
        const Good& frame = good_[static_cast<std::size_t>(3 + i / 2 % 3)];
        add("random change " + std::to_string(i) + " of " + frame.name,
            frame.with(sealed(change(frame.body, wire::header_bytes))));
      }
    }
  }

  const Recorded& recorded_;
  std::vector<Good> good_;
  Rng rng_{RngKey{.seed = 8, .purpose = RngPurpose::text_generator}};
};

}  // namespace cutlink::session
