from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

im = Image.new("RGB", (120, 60), "navy")
d = ImageDraw.Draw(im)
d.ellipse((10, 10, 50, 50), fill=(255, 200, 0), outline="white")
d.text((60, 20), "PIL", font=ImageFont.load_default())
im.save("a.png")
im.resize((30, 15)).filter(ImageFilter.BLUR).save("b.jpg", quality=80)
ImageOps.grayscale(im).rotate(90, expand=True).save("c.bmp")
im.convert("P").save("d.gif")
im.save("e.webp", lossless=True)
print(Image.open("c.bmp").size, im.getpixel((30, 30)), im.getbbox())
Image.open("main.py")
