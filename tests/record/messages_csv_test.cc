#include "record/messages_csv.h"

#include <gtest/gtest.h>

#include "base/file_io.h"
#include "base/temporary_folder.h"
#include "record/sample_rows.h"

namespace cutlink::record {
namespace {

TEST(MessagesCsv, PrintsEveryField) {
  const TemporaryFolder folder;
  MessagesCsv file = MessagesCsv::create(folder / "messages.csv");
  file.write(sample_message());
  MessageRow result;  // a frame without a tensor
  result.crossing = Crossing::grad_down;
  result.descriptor_bytes = 16;
  result.header_bytes = 64;
  file.write(result);
  file.flush();
  // 100 + 20 + 3 + 7 + 6 + 64 = 200 bytes for 160 elements: 10 bits each.
  EXPECT_EQ(
      read_text_file(folder / "messages.csv", 10000),
      "phase,step,micro_batch,crossing,direction,codec,rows,channels,elements,payload_bytes,metadata_bytes,"
      "outlier_bytes,descriptor_bytes,label_bytes,header_bytes,frame_bytes,modelled_bytes,bits_per_element,"
      "mean_width_bits,escaped_rows,passthrough_channels,distortion,encode_ns,queue_ns,wire_ns,decode_ns,"
      "predicted_ns\r\n"
      "eval,4,2,act_down,down,\"uniform:bits=4,per=token\",10,16,160,100,20,3,7,6,64,200,55,10,4.25,1,2,"
      "0.0078125,21,23,24,22,45\r\n"
      "train,0,0,grad_down,down,,0,0,0,0,0,0,16,0,64,80,0,,,0,0,,0,0,0,0,\r\n");
}

}  // namespace
}  // namespace cutlink::record
