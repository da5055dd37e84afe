"""A LLaVA of a few thousand random weights with its processor, saved as transformers saves one."""

TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{% for c in m['content'] %}"
    "{% if c['type'] == 'image' %}<image>{% else %}{{ c['text'] }}{% endif %}{% endfor %}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SPECIAL = ["<pad>", "<eos>", "<image>", "<|im_start|>", "<|im_end|>"]
TEXT = "user assistant What is the username? user_id a dog on grass cat sits there are two chairs"


def save_tiny_llava(folder, *, seed=0, template=TEMPLATE):
    """Writes model and processor into ``folder``: 3 blocks of width 16, images of 28 x 28 in 4 patches."""
    import torch
    import transformers

    tokenizer = build_tokenizer(template, SPECIAL)
    size = {"hidden_size": 16, "intermediate_size": 32, "num_attention_heads": 2}
    config = transformers.LlavaConfig(
        vision_config=transformers.CLIPVisionConfig(
            **size, num_hidden_layers=2, image_size=28, patch_size=14, projection_dim=16
        ),
        text_config=transformers.LlamaConfig(
            **size, num_hidden_layers=3, vocab_size=len(tokenizer), max_position_embeddings=256
        ),
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
    )
    torch.manual_seed(seed)
    model = transformers.LlavaForConditionalGeneration(config)
    pixels = transformers.CLIPImageProcessor(
        size={"shortest_edge": 28}, crop_size={"height": 28, "width": 28}
    )
    processor = transformers.LlavaProcessor(
        image_processor=pixels,
        tokenizer=tokenizer,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=template,
    )
    model.save_pretrained(folder)
    processor.save_pretrained(folder)


def build_tokenizer(template, special):
    """Byte-level, so every text can be written."""
    import transformers
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    bpe.train_from_iterator(
        [TEXT] * 2,
        trainers.BpeTrainer(
            vocab_size=400, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
        ),
    )
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=bpe, pad_token="<pad>", eos_token="<eos>", chat_template=template
    )
