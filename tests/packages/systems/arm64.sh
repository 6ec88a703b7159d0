#!/bin/sh
# arm64.sh FOLDER ARCHIVE: boots an empty Debian system for arm64, emulated by qemu with a kernel of its own, and uses the .tar.gz
# there: all that a run asks of a kernel is asked of one for arm64. For root.
set -eu
folder=$1 archive=$2

packages=$(dirname "$0")/../../../packaging/arm64_packages
"$packages" "$folder/kernel" linux-image-cloud-arm64
"$packages" "$folder/kernel" "$(dpkg-deb -f "$folder"/kernel/*.deb Depends | cut -d ' ' -f 1)"

# Its first stage unpacks what is needed here.
root=$folder/root
rm -rf "$root"
debootstrap --arch=arm64 --foreign --variant=minbase bookworm "$root" > "$folder/log" || { tail -5 "$folder/log" >&2 && exit 1; }
(cd "$root" && rm -rf proc debootstrap var/cache/apt usr/share && mkdir -p proc root srv tmp usr/local)
cp "$(dirname "$0")/guest.sh" "$archive" "$root/srv"
cat > "$root/init" << END
#!/bin/sh
export PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin HOME=/root
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
uname -srm
sh /srv/guest.sh /srv/$(basename "$archive")
echo o > /proc/sysrq-trigger
cat
END
chmod +x "$root/init"
(cd "$root" && find . | cpio -o -H newc --quiet) > "$folder/root.cpio"
timeout 300 qemu-system-aarch64 -machine virt -cpu cortex-a72 -m 1024 -nic none -nographic -no-reboot \
  -kernel "$folder"/kernel/boot/vmlinuz-* -initrd "$folder/root.cpio" -append "console=ttyAMA0 quiet panic=-1" \
  < /dev/null | tr -d '\r' | tee "$folder/log"
grep -qx "$(basename "$archive") works" "$folder/log" || exit 1
rm -rf "$folder"
