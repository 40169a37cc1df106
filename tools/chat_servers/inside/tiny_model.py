"""Write a model of the llama architecture, some kB large, whose weights are zero: every token is as likely as any.

It is run in the environment of a server and needs gguf and numpy. Greedy sampling takes the first token that is
allowed, so the tokens that end things come first: with a grammar the shortest answer is written, without one the end.
"""

import sys
from pathlib import Path

import gguf
import numpy as np

WIDTH, HEADS, LAYERS, FEED, CONTEXT = 32, 2, 1, 64, 32768
FIRST = [*'}]":,']


def main(path: Path) -> None:
    """Write the model to a path."""
    bytes_ = [f"<0x{code:02X}>" for code in range(256)]
    tokens = ["<unk>", "<s>", "</s>", *FIRST, *bytes_]
    kinds = [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL]
    kinds += [gguf.TokenType.NORMAL] * len(FIRST) + [gguf.TokenType.BYTE] * len(bytes_)
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)
    shapes = {"token_embd": (len(tokens), WIDTH), "output": (len(tokens), WIDTH), "output_norm": (WIDTH,)}
    for layer in range(LAYERS):
        names = ("attn_q", "attn_k", "attn_v", "attn_output")
        shapes |= {f"blk.{layer}.{name}": (WIDTH, WIDTH) for name in names}
        shapes |= {f"blk.{layer}.{name}": (WIDTH,) for name in ("attn_norm", "ffn_norm")}
        shapes |= {f"blk.{layer}.ffn_gate": (FEED, WIDTH), f"blk.{layer}.ffn_up": (FEED, WIDTH)}
        shapes |= {f"blk.{layer}.ffn_down": (WIDTH, FEED)}
    for name, shape in shapes.items():
        writer.add_tensor(f"{name}.weight", np.zeros(shape, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
